"""What real runs tell of their graphs and of what is inside them: the events that the lab's modules are shown."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from tests.workers.harness.driven import Driven, Harness, harness

Event = dict[str, Any]

PERCEPTRON = """import time
import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(32, 8)
y = x.sum(1, keepdim=True)
model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for step in range(4000):
    prediction = model(x)
    loss = ((prediction - y) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    time.sleep(0.002)
"""
RESIDUAL = """import torch
from torch import nn
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(8, 8, 3, padding=1)
        self.norm = nn.BatchNorm2d(8)
    def forward(self, x):
        return x + torch.relu(self.norm(self.conv(x)))
stem = nn.Conv2d(1, 8, 3, padding=1)
blocks = nn.Sequential(*[Block() for _ in range(12)])
head = nn.Linear(8, 10)
out = head(blocks(stem(torch.randn(4, 1, 6, 6))).mean((2, 3)))
nn.functional.cross_entropy(out, torch.randint(10, (4,))).backward()
"""
CHAIN = """import torch
w = torch.ones(1, requires_grad=True)
y = w
for _ in range(2500):
    y = y * 1.0
y.sum().backward()
"""
TRANSFORMER = """import torch
from torch import nn
layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
encoder = nn.TransformerEncoder(layer, 5, enable_nested_tensor=False)
head = nn.Linear(8, 3)
nn.functional.cross_entropy(head(encoder(torch.randn(4, 6, 8))).mean(1), torch.randint(3, (4,))).backward()
"""
RECURRENT = """import torch
from torch import nn
cell = nn.RNNCell(3, 5)
h = torch.zeros(2, 5)
for t in range(20):
    h = cell(torch.randn(2, 3), h)
h.pow(2).sum().backward()
"""


@cache
def record() -> dict[str, list[Event]]:
    """Graphs by the name of their program, and the answers of a paused perceptron under "inspections"."""
    with tempfile.TemporaryDirectory() as home, harness(Path(home)) as held:
        told = {
            name: _draw(held, code)
            for name, code in (
                ("residual", RESIDUAL),
                ("chain", CHAIN),
                ("rnn", RECURRENT),
                ("transformer", TRANSFORMER),
            )
        }
        paused = held.start(PERCEPTRON)
        told["inspections"] = _inspect(paused)
        told["perceptron"] = paused.data("graph")
        ended = held.start(PERCEPTRON.replace("4000", "3"))
        ended.rest()
        told["left"] = ended.data("inspection")
        return told


def _draw(held: Harness, code: str) -> list[Event]:
    run = held.start(code)
    run.rest()
    return run.data("graph")


def _inspect(run: Driven) -> list[Event]:
    """A look, a step, and a look again."""
    run.until("metric")
    run.ask("pause")
    run.until("paused")
    looks = [run.look("modules"), run.look("tensor", "model.0.weight"), run.look("tensor", "nothing")]
    run.ask("step")
    run.until("paused")
    looks += [run.look("tensor", name) for name in ("model.0.weight", "model.0.weight.grad")]
    return [*looks, run.look("activations", "model.1")]
