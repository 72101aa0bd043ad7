"""torch's compiler is read when somebody compiles, and then it is as if it had been there from the start."""

from __future__ import annotations

import pytest

from tests.workers.runner.live import Runner

IS_READ = "'torch._dynamo.convert_frame' in sys.modules"

TRAIN = """
import sys, torch
def train(step, weight, optimizer):
    torch.manual_seed(0)
    for _ in range(3):
        optimizer.zero_grad()
        step(weight, torch.randn(4, 3)).backward()
        optimizer.step()
    return weight.detach().clone()
def step(weight, x):
    return (x @ weight).square().mean()
def fresh():
    weight = torch.ones(3, requires_grad=True)
    return weight, torch.optim.SGD([weight], lr=0.1)
plain = train(step, *fresh())
"""


def test_no_training_reads_it(runner: Runner) -> None:
    code = f"""
import inspect, sys, torch
from torch import nn
names = [name for name in dir(torch.optim) if isinstance(getattr(torch.optim, name), type)]
for name in sorted(set(names) - {{"Optimizer", "LBFGS", "SparseAdam", "Muon"}}):
    model = nn.Sequential(nn.Linear(4, 8), nn.LayerNorm(8), nn.Dropout(), nn.Linear(8, 2))
    optimizer = getattr(torch.optim, name)(model.parameters(), lr=0.01)
    nn.functional.cross_entropy(model(torch.randn(3, 4)), torch.tensor([0, 1, 1])).backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad()
    optimizer.load_state_dict(optimizer.state_dict())
nn.MultiheadAttention(4, 2)(*[torch.randn(3, 1, 4)] * 3)
nn.LSTM(4, 4)(torch.randn(3, 1, 4))
inspect.stack(), inspect.getmodule(train := lambda: 0)
print(len(names) > 10, {IS_READ})
"""
    assert runner.run(code).text() == "True False\n"


@pytest.mark.parametrize("door", ["", "from torch._dynamo.backends import registry\n"])
def test_compiled_code_trains_as_plain_code_does(runner: Runner, door: str) -> None:
    code = f"""{TRAIN}
print({IS_READ})
{door}before = torch.optim.SGD.zero_grad.__wrapped__
compiled = train(torch.compile(step, backend="eager"), *fresh())
print(torch.equal(plain, compiled), {IS_READ})
print(before.__dynamo_disable is not before)
"""
    assert runner.run(code).text() == "False\nTrue True\nTrue\n"


def test_a_part_of_it_is_there_once_whatever_is_asked_for_first(runner: Runner) -> None:
    code = f"""{TRAIN}
import torch._dynamo.config as config
from torch._dynamo import eval_frame, disable
import torch._dynamo.testing
print(config is torch._dynamo.config, config is sys.modules["torch._dynamo.config"], eval_frame is torch._dynamo.eval_frame)
print(config.__spec__.name, torch._dynamo.__file__.endswith("_dynamo/__init__.py"), torch._dynamo is sys.modules["torch._dynamo"])
"""
    assert runner.run(code).text() == "True True True\ntorch._dynamo.config True True\n"


def test_the_student_s_own_wish_to_compile_nothing_is_left_to_torch(runner: Runner) -> None:
    code = f"""import sys, torch
@torch.compiler.disable
def triple(x): return 3 * x
print(triple(2), {IS_READ})
"""
    assert runner.run(code).text() == "6 True\n"
