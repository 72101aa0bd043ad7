"""The system call filter, on a small machine of our own that runs its program; the kernel runs it in tests/attacks."""

from __future__ import annotations

import errno
import struct

import pytest

from workers.runner import filter, policy, syscalls
from workers.runner.filter import ARCHITECTURES, UnknownMachine, build

_ALLOW = "allow"
_KILL = "kill"
_ANSWERS: dict[int, str | int] = {0x7FFF_0000: _ALLOW, 0x8000_0000: _KILL}


def _judge(machine: str, number: int, *arguments: int, audit: int | None = None) -> str | int:
    """What the program answers: allow, kill, or an error number."""
    data = struct.pack("<IIQ6Q", number, audit or ARCHITECTURES[machine][0], 0, *(*arguments, *[0] * 6)[:6])
    program = [struct.unpack_from("<HBBI", code, 0) for code in _chunks(build(machine))]
    place = value = 0
    while True:
        code, yes, no, operand = program[place]
        place += 1
        if code == 0x20:
            (value,) = struct.unpack_from("<I", data, operand)
        elif code == 0x06:
            return _ANSWERS.get(operand, int(operand) & 0xFFFF)
        else:
            true = {0x15: value == operand, 0x35: value >= operand, 0x45: value & operand != 0}[code]
            place += yes if true else no


def _chunks(program: bytes) -> list[bytes]:
    return [program[start : start + 8] for start in range(0, len(program), 8)]


@pytest.fixture(params=list(ARCHITECTURES))
def machine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_call_of_the_list_is_allowed_and_no_other(machine: str) -> None:
    numbers = ARCHITECTURES[machine][1]
    allowed = {numbers[name] for name in policy.ALLOWED if name in numbers}
    guarded = {numbers[name] for name in (*policy.GUARDED, *policy.ABSENT)}
    for number in range(syscalls.NEWEST + 1):
        if number not in guarded:
            assert _judge(machine, number) == (_ALLOW if number in allowed else errno.EPERM), number


def test_every_name_of_the_policy_has_a_number() -> None:
    named = {*policy.ALLOWED, *policy.GUARDED, *policy.ABSENT}
    assert named == set(syscalls.X86_64) | set(syscalls.ARM64)
    assert {"execve", "openat", "clone", "exit_group", "futex", "mmap"} <= set(syscalls.ARM64)


def test_no_two_names_share_a_number(machine: str) -> None:
    numbers = ARCHITECTURES[machine][1]
    assert len(set(numbers.values())) == len(numbers)


def test_calls_of_the_future_are_said_to_be_missing(machine: str) -> None:
    assert _judge(machine, syscalls.NEWEST + 1) == errno.ENOSYS
    assert _judge(machine, ARCHITECTURES[machine][1]["clone3"]) == errno.ENOSYS


def test_another_architecture_s_table_is_deadly(machine: str) -> None:
    assert _judge(machine, 0, audit=0x4000_0003) == _KILL
    assert _judge(machine, 0x4000_0000) == _KILL


@pytest.mark.parametrize(
    ("name", "arguments", "answer"),
    [
        ("clone", (17,), _ALLOW),
        ("clone", (0x1200011,), _ALLOW),
        ("clone", (0x10000011,), errno.EPERM),
        ("clone", (0x20000,), errno.EPERM),
        ("socket", (1, 1), _ALLOW),
        ("socket", (2, 1), errno.EACCES),
        ("socketpair", (1,), _ALLOW),
        ("socketpair", (16,), errno.EACCES),
        ("ioctl", (0, 0x5401), _ALLOW),
        ("ioctl", (0, 0x5451), _ALLOW),
        ("ioctl", (0, 0x5412), errno.ENOTTY),
        ("prctl", (15,), _ALLOW),
        ("prctl", (22,), errno.EPERM),
        ("prlimit64", (0,), _ALLOW),
        ("prlimit64", (1,), errno.EPERM),
        ("mmap", (0, 0, 0, 0x22), _ALLOW),
        ("mmap", (0, 0, 0, 0x40022), errno.EPERM),
    ],
)
def test_guarded_calls_are_judged_by_their_argument(
    machine: str, name: str, arguments: tuple[int, ...], answer: str | int
) -> None:
    assert _judge(machine, ARCHITECTURES[machine][1][name], *arguments) == answer


def test_the_program_fits_the_kernel(machine: str) -> None:
    assert len(build(machine)) // 8 < 4096


def test_an_unknown_machine_has_no_filter() -> None:
    with pytest.raises(UnknownMachine):
        filter.build("riscv64")
