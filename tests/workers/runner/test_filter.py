"""The system call filter, on a small machine of our own that runs its program; the kernel runs it in tests/attacks."""

from __future__ import annotations

import errno
import struct

import pytest

from workers.runner import calls, filter, syscalls
from workers.runner.calls import FLAT, NESTED, Calls
from workers.runner.filter import ARCHITECTURES, UnknownMachine, build

_ALLOW = "allow"
_KILL = "kill"
_ANSWERS: dict[int, str | int] = {0x7FFF_0000: _ALLOW, 0x8000_0000: _KILL}


_SELF = 4711


def _judge(machine: str, number: int, *arguments: int, audit: int | None = None, by: Calls = NESTED) -> str | int:
    """What the program answers to the process `_SELF`: allow, kill, or an error number."""
    data = struct.pack("<IIQ6Q", number, audit or ARCHITECTURES[machine][0], 0, *(*arguments, *[0] * 6)[:6])
    program = [struct.unpack_from("<HBBI", code, 0) for code in _chunks(build(by, _SELF, machine))]
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


@pytest.fixture(params=[NESTED, FLAT, calls.for_accelerator(NESTED)], ids=["nested", "flat", "accelerator"])
def by(request: pytest.FixtureRequest) -> Calls:
    assert isinstance(request.param, Calls)
    return request.param


def test_every_call_of_the_list_is_allowed_and_no_other(machine: str, by: Calls) -> None:
    numbers = ARCHITECTURES[machine][1]
    allowed = {numbers[name] for name in by.allowed if name in numbers}
    swallowed = {numbers[name] for name in by.swallowed if name in numbers}
    guarded = {numbers[name] for name in (*by.guarded, *by.absent)}
    for number in range(syscalls.NEWEST + 1):
        if number not in guarded:
            answer = _ALLOW if number in allowed else 0 if number in swallowed else errno.EPERM
            assert _judge(machine, number, by=by) == answer, number


def test_every_name_has_a_number() -> None:
    named = {name for by in (NESTED, FLAT) for name in (*by.allowed, *by.guarded, *by.absent, *by.swallowed)}
    assert named == set(syscalls.X86_64) | set(syscalls.ARM64)
    assert set(NESTED.guarded) | set(FLAT.guarded) <= set(syscalls.ARM64)
    assert {"execve", "openat", "clone", "exit_group", "futex", "mmap"} <= set(syscalls.ARM64)


def test_what_is_flat_allows_less() -> None:
    assert FLAT.allowed < NESTED.allowed
    assert not FLAT.allowed & FLAT.guarded.keys()


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


@pytest.mark.parametrize(
    ("name", "arguments", "answer"),
    [
        ("clone", (0x3D0F00,), _ALLOW),
        ("clone", (17,), errno.EPERM),
        ("clone", (0x1200011,), errno.EPERM),
        ("clone", (0x10010000,), errno.EPERM),
        ("kill", (_SELF, 9), _ALLOW),
        ("kill", (0, 9), errno.EPERM),
        ("kill", (1, 9), errno.EPERM),
        ("kill", (2**32 - 1, 9), errno.EPERM),
        ("kill", (2**32 - _SELF, 9), errno.EPERM),
        ("tgkill", (_SELF, _SELF + 1, 6), _ALLOW),
        ("tgkill", (_SELF + 1, _SELF + 1, 6), errno.EPERM),
        ("tkill", (_SELF, 9), errno.EPERM),
        ("rt_sigqueueinfo", (_SELF - 1,), errno.EPERM),
        ("rt_tgsigqueueinfo", (_SELF - 1,), errno.EPERM),
        ("pidfd_open", (_SELF,), errno.EPERM),
        ("fcntl", (3, 1), _ALLOW),
        ("fcntl", (3, 8), errno.EPERM),
        ("fcntl", (3, 10), errno.EPERM),
        ("fcntl", (3, 15), errno.EPERM),
        ("prctl", (1, 0), errno.EPERM),
        ("prctl", (15, 0), _ALLOW),
        ("prlimit64", (_SELF + 1,), errno.EPERM),
        ("sched_setaffinity", (1,), errno.EPERM),
        ("execve", (), errno.EPERM),
        ("socket", (1, 1), errno.EPERM),
        ("socketpair", (1, 1), errno.EPERM),
        ("setpriority", (0, 0), errno.EPERM),
        ("truncate", (), errno.EPERM),
        ("fchmodat", (), 0),
        ("fchmod", (), 0),
        ("fchown", (), errno.EPERM),
        ("fsetxattr", (), errno.EPERM),
        ("fcntl", (0, 1024), errno.EPERM),
    ],
)
def test_a_process_without_namespaces_of_its_own_reaches_only_itself(
    machine: str, name: str, arguments: tuple[int, ...], answer: str | int
) -> None:
    assert _judge(machine, ARCHITECTURES[machine][1][name], *arguments, by=FLAT) == answer


@pytest.mark.parametrize(("request_", "answer"), [(0x5412, errno.ENOTTY), (0x541C, errno.ENOTTY), (0xC020462A, _ALLOW)])
def test_a_driver_can_be_asked_and_a_terminal_not_typed_into(machine: str, request_: int, answer: str | int) -> None:
    number = ARCHITECTURES[machine][1]["ioctl"]
    assert _judge(machine, number, 3, request_, by=calls.for_accelerator(NESTED)) == answer


def test_the_program_fits_the_kernel(machine: str, by: Calls) -> None:
    assert len(build(by, 1, machine)) // 8 < 4096


def test_an_unknown_machine_has_no_filter() -> None:
    with pytest.raises(UnknownMachine):
        filter.build(NESTED, 1, "riscv64")
