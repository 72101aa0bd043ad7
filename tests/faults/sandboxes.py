"""Which processes of a runner serve the run that is going on."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from tests.product import read_families


class Cell(NamedTuple):
    """The processes of one run: the zygote that it came from, process 1 of its sandbox, and the code's own process."""

    zygote: int
    init: int
    code: int


def find_busy_cell(runner: int) -> Cell:
    """The cell whose code sleeps and wakes most; the others are spares, which do nothing once they are there."""
    before = {cell: _count_switches(cell.code) for cell in _list_cells(runner)}
    time.sleep(0.3)
    growth = {cell: _count_switches(cell.code) - count for cell, count in before.items()}
    busiest = max(growth, key=growth.__getitem__)
    assert growth[busiest] > 0, f"none of {len(growth)} cells is at work"
    return busiest


def _list_cells(runner: int) -> list[Cell]:
    families = read_families()
    nests = [nest for wall in families[runner] for nest in families[wall]]
    return [
        Cell(zygote, init, code)
        for nest in nests
        for zygote in families[nest]
        if _read_inner_pids(zygote) == [2]
        for init in families[nest]
        if len(_read_inner_pids(init)) == 2
        for code in families[init]
    ]


def _read_inner_pids(pid: int) -> list[int]:
    """The numbers that a process has inside: one in the zygote's sandbox, a second in a run's own."""
    found = re.search(r"^NSpid:\t(.*)$", _read_status(pid), re.MULTILINE)
    return [int(number) for number in found[1].split()[1:]] if found else []


def _count_switches(pid: int) -> int:
    found = re.search(r"^voluntary_ctxt_switches:\t(\d+)$", _read_status(pid), re.MULTILINE)
    return int(found[1]) if found else 0


def _read_status(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/status").read_text()
    return ""
