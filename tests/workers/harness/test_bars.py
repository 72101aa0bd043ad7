"""Progress bars print as ever, a little less often, and say what they know of epochs, totals and numbers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.workers.runner.live import Runner, Told
from workers.harness.bars import Extent, View, extent

STEP = """
import time, torch
from torch import nn
model = nn.Linear(1, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
def step():
    optimizer.zero_grad()
    loss = (model(torch.ones(4, 1)) - 2).pow(2).mean()
    loss.backward()
    optimizer.step()
    time.sleep(0.002)
    return loss
"""


def _points(told: Told, name: str) -> list[list[Any]]:
    return [point for data in told.data("metric") if data["name"] == name for point in data["points"]]


def test_a_bar_prints_its_beginning_and_its_end(runner: Runner) -> None:
    told = runner.run("from tqdm import tqdm\nfor n in tqdm(range(50), desc='Load'): pass")
    first, *_, last = told.text("stderr").strip("\r\n").split("\r")
    assert first.startswith("Load:   0%|")
    assert last.startswith("Load: 100%|██████████| 50/50")
    assert told.text("stderr").endswith("\n")


def test_a_bar_that_is_refreshed_at_every_step_does_not_flood_the_console(runner: Runner) -> None:
    code = """
from tqdm import tqdm
bar = tqdm(range(20_000), mininterval=0)
for n in bar:
    bar.set_postfix(n=n)
    bar.set_description(f"at {n}")
"""
    told = runner.run(code)
    assert told.outcome == "succeeded"
    assert len(told.text("stderr")) < 10_000
    assert "at 19999" in told.text("stderr")


def test_nothing_else_of_a_bar_is_changed(runner: Runner) -> None:
    code = """
import inspect, io
from tqdm import tqdm, trange
text = io.StringIO()
bar = tqdm(total=3, file=text, ascii=True, ncols=40, bar_format="{n}/{total}")
bar.update(); bar.update(2); bar.close()
print(repr(text.getvalue()), len(trange(7, disable=True)), bool(tqdm([], disable=True)))
print(list(inspect.signature(tqdm.update).parameters))
try:
    tqdm(nonsense=1)
except Exception as error:
    print(type(error).__name__)
"""
    assert runner.run(code).text("stdout") == "'\\r0/3\\r3/3\\n' 7 False\n['self', 'n']\nTqdmKeyError\n"


@pytest.mark.parametrize("module", ["tqdm", "tqdm.auto", "tqdm.notebook", "tqdm.autonotebook"])
def test_every_kind_of_bar_is_text(runner: Runner, module: str) -> None:
    told = runner.run(f"from {module} import tqdm, trange\nfor n in trange(3): pass\nfor n in tqdm([1, 2]): pass")
    assert told.outcome == "succeeded", told.text()
    assert "3/3" in told.text("stderr")
    assert "2/2" in told.text("stderr")


def test_a_bar_tells_epochs_that_the_code_hides(runner: Runner) -> None:
    code = (
        STEP
        + "from tqdm import tqdm\nbar = tqdm(iter(range(6)), total=6, desc='Epoch')\nfor epoch in bar:\n    step()\n    time.sleep(0.3)\n"
    )
    progress = runner.run(code).data("progress")
    assert {data["epochs"] for data in progress[1:]} == {6}
    assert (progress[-1]["epoch"], progress[-1]["total"]) == (6, 6)


def test_a_bar_that_is_moved_by_hand_tells_the_total(runner: Runner) -> None:
    code = (
        STEP
        + "from tqdm import tqdm\nbar = tqdm(total=500)\nwhile bar.n < 500:\n    step()\n    bar.update(1)\nbar.close()\n"
    )
    assert runner.run(code).data("progress")[-1]["total"] == 500


def test_numbers_beside_a_bar_become_metrics(runner: Runner) -> None:
    code = (
        STEP
        + """
from tqdm import tqdm
bar = tqdm(range(5))
for n in bar:
    loss = step()
    bar.set_postfix({"loss": f"{n:.2f}", "name": "linear"}, acc=torch.tensor(0.5), flag=True)
with tqdm(range(3), desc="Validation") as bar:
    for n in bar:
        bar.set_postfix(error=n)
"""
    )
    told = runner.run(code)
    assert _points(told, "loss (bar)") == [[n + 1, float(n)] for n in range(5)]
    assert [value for _, value in _points(told, "acc")] == [0.5] * 5
    kinds = {data["name"]: data["kind"] for data in told.data("metric")}
    assert (kinds["loss"], kinds["loss (bar)"], kinds["acc"]) == ("loss", "scalar", "scalar")
    assert kinds["validation error"] == "validation"
    assert not kinds.keys() & {"name", "flag"}


def test_a_wrong_postfix_fails_as_ever(runner: Runner) -> None:
    assert "TypeError" in runner.run("from tqdm import tqdm\ntqdm(range(3)).set_postfix(5)").message


@pytest.mark.parametrize(
    ("bars", "step", "told"),
    [
        ([View(total=100)], 3, Extent()),
        ([View(total=100, pace=1)], 30, Extent(total=100)),
        ([View(total=100, pace=1, began=50)], 60, Extent(total=150)),
        ([View(total=10, pace=20)], 21, Extent(epoch=2, epochs=10, total=200)),
        ([View(total=10, desc="Epochs: ")], 5, Extent(epoch=1, epochs=10)),
        ([View(total=10, pace=20), View(total=20, pace=1)], 20, Extent(epoch=1, epochs=10, total=200)),
        ([View(total=10, n=0), View(total=20, pace=1)], 8, Extent(epoch=1, epochs=10, total=200)),
        ([View(total=10, n=4), View(total=5, desc="valid")], 80, Extent(epoch=5, epochs=10)),
        ([View(total=20, pace=1, desc="Epoch 3/10: ", began=40)], 50, Extent(epoch=3, epochs=10, total=200)),
        ([View(total=20, pace=1, desc="Epoch [3 of 10]: ")], 50, Extent(epoch=3, epochs=10, total=200)),
        ([View(total=20, pace=1, desc="epoch 3", began=40)], 50, Extent(epoch=3)),
        ([View(desc="steps", pace=1)], 50, Extent()),
        ([View(total=10, pace=1)], 11, Extent()),
    ],
)
def test_what_bars_tell(bars: list[View], step: int, told: Extent) -> None:
    assert extent(bars, step) == told
