"""Totals and epochs that loops tell, and silence where they do not. Without a sandbox: only our own code runs here."""

from __future__ import annotations

import pytest

from workers.harness.loops import Plan, plan

_SETUP = "batches = [1, 2, 3]\nepochs = 5\nclass Stream:\n    def __len__(self): return 7\n    def __iter__(self): return iter((1,))\n"
_SETUP += "class Config:\n    epochs = 4\n    def __init__(self): self.turns = 2\nconfig = Config()\nsettings = {'epochs': 3}\n"


def _plans(code: str) -> list[Plan | None]:
    """What the loops say each time the code calls `step()`, as a backward pass would be."""
    source = _SETUP + code
    told: list[Plan | None] = []
    exec(compile(source, "listing.py", "exec"), {"step": lambda: told.append(plan(source, "listing.py"))})  # noqa: S102
    return told


def _totals(code: str) -> list[int | None]:
    return [told.passes if told else None for told in _plans(code)]


@pytest.mark.parametrize(
    ("code", "total"),
    [
        ("for e in range(4): step()", 4),
        ("for e in range(epochs):\n    step()", 5),
        ("for e in range(1, epochs + 1):\n    x = e\n    step()", 5),
        ("for e in range(0, 10, 3):\n    step()", 4),
        ("for e in range(epochs):\n    for b in batches:\n        step()", 15),
        ("for e in range(epochs):\n    for i, b in enumerate(batches):\n        step()", 15),
        ("for e in range(len(batches)):\n    step()", 3),
        ("def train(n):\n    for e in range(n):\n        step()\ntrain(6)", 6),
        ("def one():\n    for b in batches:\n        step()\nfor e in range(2):\n    one()", 6),
        ("if True:\n    for e in range(3):\n        step()", 3),
        ("for e in range(2):\n    for a, b in zip(batches, range(9)):\n        step()", 6),
        ("for e in range(Config.epochs):\n    step()", 4),
        ("for e in range(config.turns):\n    step()", 2),
        ("for e in range(settings['epochs']):\n    step()", 3),
        ("import torch\nx = torch.ones(6, 2)\nfor i in range(0, x.shape[0], 4):\n    step()", 2),
        ("import torch\nx = torch.ones(6, 2)\nfor i in range(0, len(x), 2):\n    step()", 3),
        ("with open('/dev/null'):\n    for e in range(3):\n        step()", 3),
    ],
)
def test_it_tells_the_product_of_the_loops(code: str, total: int) -> None:
    told = _totals(code)
    assert told == [total] * len(told)
    assert len(told) == total


@pytest.mark.parametrize(
    "code",
    [
        "step()",
        "n = 0\nwhile n < 3:\n    n += 1\n    step()",
        "for e in range(9):\n    if e % 2:\n        step()",
        "for e in range(9):\n    step()\n    if e > 3:\n        break",
        "for a, b in zip(batches, iter(batches)):\n    step()",
        "for x in Stream():\n    step()",
        "for x in iter(batches):\n    step()",
    ],
)
def test_it_tells_nothing_where_it_cannot_know(code: str) -> None:
    assert set(_totals(code)) == {None}


def test_the_outermost_loop_counts_the_epochs() -> None:
    told = _plans("for e in range(4):\n    for b in batches:\n        step()")
    assert {(each.epochs, each.passes) for each in told if each} == {(4, 12)}


def test_epochs_are_counted_where_the_batches_cannot_be() -> None:
    code = "for epoch in range(1, 4):\n    for x in Stream():\n        step()"
    told = [each for each in _plans(code) if each and each.counter]
    assert [each.epochs for each in told] == [3, 3, 3]
    assert [each.counter.epoch() for each in told if each.counter] == [3, 3, 3], "all read after the last"


def test_a_counter_that_became_something_else_says_nothing() -> None:
    (told,) = _plans("for epoch in range(1):\n    for x in Stream():\n        step()\nepoch = 'over'")
    assert told is not None
    assert told.counter is not None
    assert told.counter.epoch() is None


def test_no_code_of_the_student_s_is_asked() -> None:
    code = """
class Proud:
    def __getattr__(self, name): raise SystemExit("asked")
    @property
    def epochs(self): raise SystemExit("asked")
proud = Proud()
for e in range(3):
    for f in range(1 if e else proud.epochs) if False else [0]:
        step()
for e in range(2):
    for f in [proud.epochs for _ in ()] or [0]:
        step()
"""
    assert all(each is None or each.passes is None for each in _plans(code))
