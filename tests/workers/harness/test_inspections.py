"""Looking into a run: by the names that the student wrote, at any kind of tensor, and without running the student's code."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
import torch

from tests.workers.harness.driven import Harness
from workers.harness.tensors import detail, outline, undisturbed
from workers.protocol import MAX_EVENT_BYTES
from workers.shapes import rebuild

_LOOP = """
import time
optimizer = torch.optim.SGD([w], lr=0.0)
for step in range(4000):
    (w * w).sum().backward()
    optimizer.step()
    time.sleep(0.002)
"""
ODD = """
import torch
from torch import nn
w = torch.ones(2, requires_grad=True)
class Proud(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 3)
    def __getattr__(self, name):
        if name in ("fc",):
            return super().__getattr__(name)
        raise SystemExit("asked for " + name)
    def __repr__(self): raise SystemExit("shown")
    def __len__(self): raise SystemExit("measured")
    def __bool__(self): raise SystemExit("judged")
    def __eq__(self, other): raise SystemExit("compared")
    __hash__ = None
    def named_parameters(self, *args): raise SystemExit("listed")
class Haughty(torch.Tensor):
    @classmethod
    def __torch_function__(cls, *args, **kwargs): raise SystemExit("calculated")
    @property
    def shape(self): raise SystemExit("measured")
class Holder:
    def __init__(self): self.model = nn.Linear(1, 1)
    @property
    def trap(self): raise SystemExit("read")
    def __getattribute__(self, name): raise SystemExit("asked for " + name)
proud, haughty, holder = Proud(), torch.ones(3).as_subclass(Haughty), Holder()
layers = [nn.Linear(2, 2), nn.Linear(2, 1)]
weights = {"first": torch.eye(2), 3: torch.zeros(1)}
"""


def test_everything_has_the_name_that_the_student_wrote(harness: Harness) -> None:
    run = harness.start(ODD + _LOOP)
    run.until("metric")
    seen = run.look("modules")
    assert {module["name"]: module["parameters"] for module in seen["modules"]} == {
        "proud": 9,
        "proud.fc": 9,
        "holder.model": 2,
        "layers[0]": 6,
        "layers[1]": 3,
    }
    names = {tensor["name"]: tensor["shape"] for tensor in seen["tensors"]}
    assert names["proud.fc.weight"] == [3, 2]
    assert names["layers[1].bias"] == [1]
    assert names["weights['first']"] == [2, 2]
    assert names["weights[3]"] == [1]
    assert names["w"] == [2]
    assert names["haughty"] == [3]
    assert run.look("tensor", "haughty")["tensors"][0]["values"] == [1, 1, 1]
    assert run.look("tensor", "proud.fc.bias")["error"] == ""


def test_variables_of_functions_are_seen_and_not_kept_alive(harness: Harness) -> None:
    code = """
import time, torch, weakref
from torch import nn
class Gone:
    pass
def train():
    model = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    gone = Gone()
    left = weakref.ref(gone)
    for step in range(800):
        batch = torch.ones(3, 2)
        model(batch).sum().backward()
        optimizer.step()
        time.sleep(0.002)
        if step == 700:
            del gone
            assert left() is None
train()
print("well")
"""
    run = harness.start(code)
    run.until("metric")
    assert run.look("tensor", "batch")["tensors"][0]["values"] == [1] * 6
    assert [module["name"] for module in run.look("modules")["modules"]] == ["model"]
    assert run.rest() == "well\n"


def test_locals_that_the_student_holds_stay_filled(harness: Harness) -> None:
    code = """
import torch
def train():
    w = torch.ones(1, requires_grad=True)
    mine = locals()
    (w * 2).sum().backward()
    print("w" in mine)
train()
"""
    assert harness.start(code).rest() == "True\n"


def test_a_tensor_shows_values_statistics_and_gradient(harness: Harness) -> None:
    code = "import torch\nw = torch.tensor([1.0, 0.0, float('nan'), float('inf')], requires_grad=True)" + _LOOP
    run = harness.start(code)
    run.until("metric")
    (tensor,) = run.look("tensor", "w")["tensors"]
    assert (tensor["shape"], tensor["dtype"], tensor["device"]) == ([4], "float32", "cpu")
    assert tensor["values"][2:] == ["NaN", "Infinity"] or tensor["values"].count("NaN")
    assert tensor["gradient"] is not None
    assert tensor["statistics"]["nan"] >= 1


def test_what_is_not_there_is_said_in_words(harness: Harness) -> None:
    run = harness.start("import torch\nw = torch.ones(1, requires_grad=True)" + _LOOP)
    run.until("metric")
    assert run.look("tensor", "nothing")["error"] == "There is no tensor named “nothing”."
    assert run.look("activations", "model.9")["error"] == "There is no module named “model.9”."
    assert run.look("tensor", "line\nbreak")["name"] == "line?break"


def test_activations_come_with_the_next_batch_and_leave_no_hook(harness: Harness) -> None:
    code = """
import time, torch
from torch import nn
lstm = nn.LSTM(2, 3)
optimizer = torch.optim.SGD(lstm.parameters(), lr=0.1)
for step in range(400):
    out, state = lstm(torch.ones(5, 1, 2))
    out.sum().backward()
    optimizer.step()
    time.sleep(0.003)
print(len(lstm._forward_hooks))
"""
    run = harness.start(code)
    run.until("metric")
    seen = run.look("activations", "lstm")["tensors"]
    assert [(tensor["name"], tensor["shape"]) for tensor in seen] == [
        ("lstm[0]", [5, 1, 3]),
        ("lstm[1][0]", [1, 1, 3]),
        ("lstm[1][1]", [1, 1, 3]),
    ]
    assert run.rest() == "0\n"


def test_a_module_that_gets_nothing_in_the_step_is_told_so(harness: Harness) -> None:
    run = harness.start("import torch\nidle = torch.nn.Linear(1, 1)\nw = torch.ones(1, requires_grad=True)" + _LOOP)
    run.until("metric")
    run.ask("pause")
    run.until("paused")
    assert "was not given anything" in run.look("activations", "idle")["error"]
    run.until("paused")
    run.ask("resume")
    run.until("resumed")


def test_code_inside_one_long_operation_is_said_to_be_so(harness: Harness) -> None:
    code = "import hashlib\nhashlib.pbkdf2_hmac('sha256', b'', b'', 2**30)"
    run = harness.start(code)
    run.until("started")
    assert "one long operation" in run.look("modules")["error"]
    run.close()


def test_a_run_outside_training_is_looked_into(harness: Harness) -> None:
    run = harness.start("import torch, time\nx = torch.arange(4)\nwhile True:\n    time.sleep(0.01)")
    run.until("started")
    assert run.look("tensor", "x")["tensors"][0]["values"] == [0, 1, 2, 3]
    run.close()


def _told(tensor: torch.Tensor) -> dict[str, Any]:
    """As it arrives."""
    with undisturbed():
        told = detail("t", tensor)
    inspection = {"id": "1", "of": "tensor", "name": "t", "error": "", "modules": [], "tensors": [told]}
    rebuilt = json.loads(json.dumps(rebuild("inspection", inspection)))
    tensors: list[dict[str, Any]] = rebuilt["tensors"]
    return tensors[0]


@pytest.mark.parametrize(
    ("tensor", "shape", "values"),
    [
        (torch.tensor(2.5), [], [2.5]),
        (torch.tensor([True, False]), [2], [1, 0]),
        (torch.tensor([[1, 2], [3, 4]], dtype=torch.uint8), [2, 2], [1, 2, 3, 4]),
        (torch.tensor([2**62]), [1], [2**53]),
        (torch.tensor([0.5, -0.5], dtype=torch.float16), [2], [0.5, -0.5]),
        (torch.tensor([0.5], dtype=torch.bfloat16), [1], [0.5]),
        (torch.ones(2, 3).t()[::2], [2, 2], [1, 1, 1, 1]),
        (torch.eye(2).to_sparse(), [2, 2], [1, 0, 0, 1]),
        (torch.ones(1).expand(3), [3], [1, 1, 1]),
        (torch.ones(2, requires_grad=True), [2], [1, 1]),
    ],
)
def test_any_kind_of_tensor_is_told(tensor: torch.Tensor, shape: list[int], values: list[float]) -> None:
    told = _told(tensor)
    assert (told["shape"], told["values"]) == (shape, values)
    assert told["statistics"]["max"] is not None


@pytest.mark.parametrize(
    "tensor",
    [
        torch.ones(2, dtype=torch.complex64),
        torch.empty(0, 3),
        torch.ones(4, device="meta"),
        torch.ones(10**12, device="meta"),
    ],
)
def test_what_has_no_numbers_to_tell_is_told_without(tensor: torch.Tensor) -> None:
    told = _told(tensor)
    assert told["shape"] == list(tensor.shape)
    assert (told["statistics"], told["values"]) == (None, None)


@pytest.mark.filterwarnings("ignore::UserWarning")  # torch calls these kinds new, or old
def test_kinds_that_torch_warns_of_are_told_too() -> None:
    assert _told(torch.quantize_per_tensor(torch.tensor([1.0, 2.0]), 0.5, 0, torch.qint8))["values"] == [1, 2]
    assert _told(torch.eye(2).to_sparse_csr())["values"] == [1, 0, 0, 1]


def test_a_huge_tensor_is_looked_at_here_and_there() -> None:
    told = _told(torch.ones(1).expand(10**6, 10**6))
    assert set(told["values"]) == {1}
    assert told["statistics"]["mean"] == 1
    assert 0 < told["sampled"] <= 1 << 22


def test_a_large_tensor_is_told_thinned_with_the_spread_of_all() -> None:
    tensor = torch.arange(64 * 32 * 28 * 28, dtype=torch.float64).reshape(64, 32, 28, 28)
    told = _told(tensor)
    steps = told["thinned"]
    assert steps[2:] == [1, 1], "rows and columns are a picture"
    assert told["values"] == tensor[:: steps[0], :: steps[1]].reshape(-1).tolist()
    assert sum(told["histogram"]["counts"]) == tensor.numel()
    assert len(told["histogram"]["edges"]) == len(told["histogram"]["counts"]) + 1


def test_long_numbers_are_told_thinned_rather_than_not_at_all() -> None:
    told = _told(-1.2345678e-20 * torch.rand(64, 64))
    assert told["thinned"]
    assert 1000 < len(told["values"]) < 4096
    assert _told(torch.zeros(64, 64))["thinned"] is None


def test_values_without_a_spread_have_no_histogram() -> None:
    assert _told(torch.ones(100, 100))["histogram"] is None
    assert _told(torch.tensor([-1.7e308, 1.7e308], dtype=torch.float64).repeat(4000))["histogram"] is None


def test_a_gradient_has_the_name_that_the_student_would_write(harness: Harness) -> None:
    code = "import torch\nw = torch.ones(2, requires_grad=True)\nx = torch.ones(1)" + _LOOP
    run = harness.start(code)
    run.until("metric")
    seen = run.look("tensor", "w.grad")
    assert seen["tensors"][0]["name"] == "w.grad"
    assert len(seen["tensors"][0]["values"]) == 2
    assert "has no gradient now" in run.look("tensor", "x.grad")["error"]
    assert "no tensor named" in run.look("tensor", "y.grad")["error"]


def test_looks_say_after_which_step_they_were(harness: Harness) -> None:
    run = harness.start("import torch\nw = torch.ones(2, requires_grad=True)" + _LOOP)
    run.until("metric")
    run.ask("pause")
    run.until("paused")
    first = run.look("tensor", "w")["step"]
    run.ask("step")
    run.until("paused")
    assert run.look("tensor", "w")["step"] == first + 1
    run.ask("resume")
    run.until("resumed")


def test_statistics_are_of_the_finite_values() -> None:
    told = _told(torch.tensor([1.0, 3.0, 0.0, math.nan, math.inf]))["statistics"]
    assert (told["min"], told["max"], told["zeros"], told["nan"], told["inf"]) == (0, 3, 1, 1, 1)
    assert told["mean"] == pytest.approx(4 / 3)
    assert _told(torch.tensor([math.nan]))["statistics"]["mean"] == "NaN"


def test_looking_draws_no_random_number_and_leaves_no_trace() -> None:
    tensor = torch.rand(1000, requires_grad=True)
    state = torch.get_rng_state()
    _told(tensor)
    assert torch.equal(torch.get_rng_state(), state)
    assert tensor.grad is None
    assert torch.is_grad_enabled()


def test_an_answer_fits_into_an_event(harness: Harness) -> None:
    code = """
import torch
from torch import nn
w = torch.ones(1, requires_grad=True)
model = nn.Sequential(*[nn.Linear(2, 2) for _ in range(600)])
most = torch.rand(4096, dtype=torch.float64) * 1e300
large = torch.randint(2**62, (4096,))
"""
    run = harness.start(code + _LOOP)
    run.until("metric")
    for answer in (run.look("modules"), run.look("tensor", "most"), run.look("tensor", "large")):
        assert len(json.dumps(answer)) < MAX_EVENT_BYTES
        assert answer["tensors"] or answer["modules"]


def test_an_outline_costs_no_values() -> None:
    assert outline("x\ny", torch.ones(3, dtype=torch.int8)) == {
        "name": "x?y",
        "shape": [3],
        "dtype": "int8",
        "device": "cpu",
        **dict.fromkeys(("statistics", "sampled", "values", "thinned", "histogram", "gradient")),
    }
