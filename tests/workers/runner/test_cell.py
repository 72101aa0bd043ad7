"""A cell that is not locked is never lent."""

from __future__ import annotations

from pathlib import Path

import pytest

from workers.runner.cell import Unsafe, verify

_LOCKED = """Name:\tpython
Uid:\t60600\t60600\t60600\t60600
Gid:\t60600\t60600\t60600\t60600
CapInh:\t0000000000000000
CapPrm:\t0000000000000000
CapEff:\t0000000000000000
CapBnd:\t0000000000000000
CapAmb:\t0000000000000000
NoNewPrivs:\t1
Seccomp:\t2
"""


def test_a_locked_process_passes() -> None:
    verify(_LOCKED)


@pytest.mark.parametrize(
    ("was", "became", "reason"),
    [
        ("NoNewPrivs:\t1", "NoNewPrivs:\t0", "filter is not active"),
        ("Seccomp:\t2", "Seccomp:\t0", "filter is not active"),
        ("CapEff:\t0000000000000000", "CapEff:\t0000000000200000", "capabilities are left"),
        ("CapBnd:\t0000000000000000", "CapBnd:\t000001ffffffffff", "capabilities are left"),
        ("Uid:\t60600\t60600\t60600\t60600", "Uid:\t60600\t60600\t0\t60600", "run as root"),
        ("Gid:\t60600", "Gid:\t0", "run as root"),
    ],
)
def test_any_weakness_is_seen(was: str, became: str, reason: str) -> None:
    with pytest.raises(Unsafe, match=reason):
        verify(_LOCKED.replace(was, became))


def test_this_very_process_does_not_pass() -> None:
    with pytest.raises(Unsafe):
        verify(Path("/proc/self/status").read_text())


def test_what_a_program_could_be_given_does_not_matter_where_none_can_be_started() -> None:
    weak = _LOCKED.replace("CapBnd:\t0000000000000000", "CapBnd:\t000001ffffffffff")
    verify(weak, starts_programs=False)
    with pytest.raises(Unsafe, match="capabilities are left"):
        verify(weak.replace("CapEff:\t0000000000000000", "CapEff:\t0000000000000001"), starts_programs=False)
