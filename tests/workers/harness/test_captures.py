"""Learning rates, gradients, progress, graphs and final parameters, seen without a change to the code."""

from __future__ import annotations

from typing import Any

from tests.workers.harness.driven import Driven, Harness

_LINEAR = """
import time, torch
from torch import nn
torch.manual_seed(0)
x = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
y = 2 * x
model = nn.Linear(1, 1)
"""


def _ran(harness: Harness, code: str) -> Driven:
    run = harness.start(code)
    run.rest()
    return run


def test_a_learning_rate_is_told_first_last_and_when_it_changes(harness: Harness) -> None:
    code = """
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, [40], 0.5)
for step in range(80):
    ((model(x) - y) ** 2).mean().backward()
    optimizer.step()
    schedule.step()
    time.sleep(0.005)
"""
    run = _ran(harness, _LINEAR + code)
    told = run.points("learning_rate")
    assert [rate for _, rate in told] == [0.1, 0.05, 0.05]
    assert told[-1][0] == 80
    assert {data["kind"] for data in run.data("metric") if data["name"] == "learning_rate"} == {"learning_rate"}


def test_each_optimiser_and_group_has_its_learning_rate(harness: Harness) -> None:
    code = """
first = torch.optim.SGD([{"params": [model.weight], "lr": 0.1}, {"params": [model.bias], "lr": 0.2}], lr=0.1)
second = torch.optim.Adam([torch.nn.Parameter(torch.ones(1))], lr=torch.tensor(0.5))
for step in range(3):
    ((model(x) - y) ** 2).mean().backward()
    first.step()
    second.step()
"""
    run = _ran(harness, _LINEAR + code)
    names = ("learning_rate", "learning_rate 2", "learning_rate 3")
    assert [run.points(name)[0][1] for name in names] == [0.1, 0.2, 0.5]


def test_the_gradient_norm_is_that_of_the_step(harness: Harness) -> None:
    code = """
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for step in range(60):
    optimizer.zero_grad()
    ((model(x) - y) ** 2).mean().backward()
    print(torch.cat([p.grad.flatten() for p in model.parameters()]).norm().item())
    optimizer.step()
    time.sleep(0.005)
"""
    run = harness.start(_LINEAR + code)
    norms = [float(line) for line in run.rest().split()]
    told = run.points("gradient_norm")
    assert told[0][0] == 1
    assert len(told) > 1
    assert all(abs(norms[step - 1] - norm) < 1e-4 * norm for step, norm in told)


def test_gradients_without_a_norm_harm_nothing(harness: Harness) -> None:
    code = """
import torch
table = torch.nn.Embedding(10, 3, sparse=True)
optimizer = torch.optim.SparseAdam(table.parameters())
for step in range(3):
    table(torch.tensor([1, 1, 4])).sum().backward()
    optimizer.step()
idle = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.1)
idle.step()
print("well")
"""
    run = harness.start(code)
    assert run.rest() == "well\n"
    assert run.points("gradient_norm")[0][0] == 1


def test_accumulated_gradients_count_the_steps(harness: Harness) -> None:
    code = """
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for epoch in range(3):
    for i in range(20):
        ((model(x) - y) ** 2).mean().backward()
        if (i + 1) % 4 == 0:
            optimizer.step()
            optimizer.zero_grad()
        time.sleep(0.004)
"""
    last = _ran(harness, _LINEAR + code).data("progress")[-1]
    assert (last["step"], last["total"], last["epoch"], last["epochs"]) == (15, 15, 3, 3)


def test_closures_count_a_step_however_often_they_are_called(harness: Harness) -> None:
    code = """
optimizer = torch.optim.LBFGS(model.parameters(), max_iter=4)
def closure():
    optimizer.zero_grad()
    loss = ((model(x) - y) ** 2).mean()
    loss.backward()
    return loss
for step in range(5):
    optimizer.step(closure)
print(optimizer.state_dict()["state"][0]["func_evals"])
"""
    run = harness.start(_LINEAR + code)
    evaluations = int(run.rest())
    assert len(run.points("loss")) == evaluations
    assert run.data("progress")[-1]["step"] == 5


def test_time_left_is_told_while_there_is_some(harness: Harness) -> None:
    code = """
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for epoch in range(4):
    for batch in range(30):
        ((model(x) - y) ** 2).mean().backward()
        optimizer.step()
        time.sleep(0.005)
"""
    told = _ran(harness, _LINEAR + code).data("progress")
    left = [data["left_s"] for data in told if data["left_s"] is not None]
    assert left[0] > left[-1] == 0
    assert [data["epoch"] for data in told] == sorted(data["epoch"] for data in told)
    assert {data["epochs"] for data in told} == {4}


def test_functional_gradients_are_no_losses(harness: Harness) -> None:
    code = """
import torch
w = torch.ones(1, requires_grad=True)
for step in range(5):
    (slope,) = torch.autograd.grad((w * 2).sum(), w)
print(slope.item())
"""
    run = harness.start(code)
    assert run.rest() == "2.0\n"
    assert run.data("metric") == run.data("progress") == []


def test_scaled_losses_and_skipped_steps_are_taken_as_they_come(harness: Harness) -> None:
    code = """
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
scaler = torch.amp.GradScaler("cpu")
for step in range(6):
    optimizer.zero_grad()
    loss = ((model(x) - y) ** 2).mean() * (float("inf") if step == 2 else 1)
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
"""
    run = _ran(harness, _LINEAR + code)
    assert len(run.points("loss")) == 6
    assert run.points("loss")[2][1] in ("Infinity", "NaN")
    assert run.data("progress")[-1]["step"] == 5


_NET = """import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(2, 3)
        self.last = nn.Linear(3, 1)
    def forward(self, x):
        hidden = torch.relu(self.first(x))
        return self.last(hidden)
net = Net()
loss = net(torch.ones(4, 2)).pow(2).mean()
loss.backward()
print(torch.is_anomaly_enabled(), net(torch.ones(1, 2)).grad_fn.metadata)
"""


def _graph(run: Driven) -> tuple[dict[int, dict[str, Any]], list[list[int]]]:
    nodes = {node["id"]: node for part in run.data("graph") for node in part["nodes"]}
    return nodes, [edge for part in run.data("graph") for edge in part["edges"]]


def test_the_graph_of_the_first_pass_has_lines_and_names(harness: Harness) -> None:
    run = harness.start(_NET)
    assert run.rest() == "False {}\n"
    nodes, edges = _graph(run)
    lines = {node["op"]: node["line"] for node in reversed(nodes.values())}
    assert (lines["MeanBackward0"], lines["PowBackward0"], lines["ReluBackward0"]) == (12, 12, 9)
    leaves = {node["label"] for node in nodes.values() if node["op"] == "AccumulateGrad"}
    assert leaves == {"net.first.weight", "net.first.bias", "net.last.weight", "net.last.bias"}
    shapes = {node["label"] or node["op"]: node["shape"] for node in nodes.values()}
    assert (shapes["MeanBackward0"], shapes["net.last.bias"]) == ([], [1])
    assert nodes[0]["op"] == "MeanBackward0"
    assert {end for edge in edges for end in edge} == set(nodes)


def test_a_large_graph_comes_in_parts_and_says_what_it_leaves_out(harness: Harness) -> None:
    code = """
import torch
w = torch.ones(1, requires_grad=True)
y = w
for _ in range(2500):
    y = y * 1.0
y.sum().backward()
"""
    run = _ran(harness, code)
    parts = run.data("graph")
    assert [part["part"] for part in parts] == list(range(1, len(parts) + 1))
    assert {(part["parts"], part["left_out"]) for part in parts} == {(len(parts), 502)}
    assert len(_graph(run)[0]) == 2000


def test_anomaly_detection_of_the_student_s_is_theirs(harness: Harness) -> None:
    code = """
import torch, warnings
w = torch.zeros(1, requires_grad=True)
with warnings.catch_warnings(record=True) as told, torch.autograd.detect_anomaly():
    try:
        (torch.sqrt(w) * 0).sum().backward()
    except RuntimeError as error:
        print("nan" in str(error))
print(any("torch.sqrt(w)" in str(each.message) for each in told), torch.is_anomaly_enabled())
"""
    assert harness.start(code).rest() == "True\nTrue False\n"


def test_functions_of_the_student_s_stand_in_the_graph_and_are_not_asked(harness: Harness) -> None:
    code = """
import torch
class Double(torch.autograd.Function):
    next_functions = metadata = name = property(lambda self: 1 / 0)
    @staticmethod
    def forward(ctx, x): return x * 2
    @staticmethod
    def backward(ctx, g): return g * 2
w = torch.ones(1, requires_grad=True)
Double.apply(w).sum().backward()
print(w.grad.item())
"""
    run = harness.start(code)
    assert run.rest() == "2.0\n"
    assert "DoubleBackward" in {node["op"] for node in _graph(run)[0].values()}


def test_what_training_leaves_is_told_at_the_end(harness: Harness) -> None:
    code = """
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for step in range(7):
    ((model(x) - y) ** 2).mean().backward()
    optimizer.step()
large = nn.Linear(100, 2)
print(model.weight.item())
"""
    run = harness.start(_LINEAR + code)
    weight = float(run.rest())
    (left,) = run.data("inspection")
    assert (left["id"], left["of"], left["step"]) == ("", "parameters", 7)
    told = {tensor["name"]: tensor for tensor in left["tensors"]}
    assert list(told) == ["model.weight", "model.bias", "large.weight", "large.bias"]
    assert abs(told["model.weight"]["values"][0] - weight) < 1e-6
    assert len(told["large.weight"]["values"]) == 200
    assert told["large.weight"]["statistics"]["max"] > 0
    described = [(module["name"], module["type"], module["parameters"]) for module in left["modules"]]
    assert described == [("model", "Linear", 2), ("large", "Linear", 202)]


def test_a_model_that_is_gone_by_then_was_looked_at_as_it_went(harness: Harness) -> None:
    code = """
import torch, weakref
def main():
    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for step in range(3):
        model(torch.ones(2, 1)).sum().backward()
        optimizer.step()
    print(model.bias.item())
    return weakref.ref(model)
left = main()
print(left())
"""
    run = harness.start(code)
    bias, gone = run.rest().split()
    assert gone == "None"
    (left,) = run.data("inspection")
    told = {tensor["name"]: tensor["values"] for tensor in left["tensors"]}
    assert list(told) == ["model.weight", "model.bias"]
    assert [module["name"] for module in left["modules"]] == ["model"]
    assert abs(told["model.bias"][0] - float(bias)) < 1e-6


def test_code_that_trains_nothing_leaves_nothing(harness: Harness) -> None:
    run = _ran(harness, "print(1)")
    assert [type_ for type_, _ in run.told] == ["started"]
