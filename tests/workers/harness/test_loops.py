"""Totals that loops tell, and silence where they do not. Without a sandbox: only our own code runs here."""

from __future__ import annotations

import pytest

from workers.harness.loops import total_steps

_SETUP = "batches = [1, 2, 3]\nepochs = 5\nclass Stream:\n    def __len__(self): return 7\n    def __iter__(self): return iter((1,))\n"


def _total(code: str) -> list[int | None]:
    """What `step()` is told each time the code calls it, as a backward pass would be."""
    source = _SETUP + code
    told: list[int | None] = []
    exec(compile(source, "listing.py", "exec"), {"step": lambda: told.append(total_steps(source, "listing.py"))})  # noqa: S102
    return told


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
        ("with open('/dev/null'):\n    for e in range(3):\n        step()", 3),
    ],
)
def test_it_tells_the_product_of_the_loops(code: str, total: int) -> None:
    told = _total(code)
    assert told == [total] * len(told)
    assert len(told) == total


@pytest.mark.parametrize(
    "code",
    [
        "step()",
        "n = 0\nwhile n < 3:\n    n += 1\n    step()",
        "for e in range(9):\n    if e % 2:\n        step()",
        "for e in range(9):\n    step()\n    if e > 3:\n        break",
        "for a, b in zip(batches, batches):\n    step()",
        "for x in Stream():\n    step()",
        "for x in iter(batches):\n    step()",
    ],
)
def test_it_tells_nothing_where_it_cannot_know(code: str) -> None:
    assert set(_total(code)) == {None}
