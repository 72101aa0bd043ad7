"""Turns a list of system calls (see `calls`) into the BPF program that the kernel runs on every one of them."""

from __future__ import annotations

import errno
import platform
import struct
from collections.abc import Iterable

from workers.runner import syscalls
from workers.runner.calls import Calls, Guard, NeverValues, OnlyBits, OnlySelf

_LOAD = 0x20
_JUMP_EQUAL = 0x15
_JUMP_AT_LEAST = 0x35
_JUMP_ANY_BIT = 0x45
_RETURN = 0x06

_KILL = 0x8000_0000
_ERROR = 0x0005_0000
_ALLOW = 0x7FFF_0000

_AT_NUMBER = 0
_AT_ARCHITECTURE = 4
_AT_ARGUMENTS = 16
_X32 = 0x4000_0000

ARCHITECTURES = {"x86_64": (0xC000_003E, syscalls.X86_64), "aarch64": (0xC000_00B7, syscalls.ARM64)}
"""Machine name → the kernel's audit number of it, and its system calls. Both are little-endian."""

Rule = tuple[int, int, int, int]


class UnknownMachine(Exception):
    """No list of system calls has been written for this architecture."""


def build(calls: Calls, process: int, machine: str | None = None) -> bytes:
    """The program for the process of this number on `machine` (default: this one). Raises `UnknownMachine`."""
    machine = machine or platform.machine()
    if machine not in ARCHITECTURES:
        raise UnknownMachine(f"no list of system calls exists for {machine}")
    audit, numbers = ARCHITECTURES[machine]
    rules = [
        *_same_architecture(audit),
        *_guarded(calls, numbers, process),
        *_answered(numbers, calls.swallowed, 0),
        *_allowed(calls, numbers),
        *_answered(numbers, calls.absent, errno.ENOSYS),
        *_rest(),
    ]
    return b"".join(struct.pack("<HBBI", *rule) for rule in rules)


def _same_architecture(audit: int) -> list[Rule]:
    """Calls through another table (32-bit entry, x32) would mean other numbers: they end the process."""
    return [
        (_LOAD, 0, 0, _AT_ARCHITECTURE),
        (_JUMP_EQUAL, 1, 0, audit),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _AT_NUMBER),
        (_JUMP_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _KILL),
    ]


def _guarded(calls: Calls, numbers: dict[str, int], process: int) -> Iterable[Rule]:
    for name, guard in calls.guarded.items():
        body = list(_body(guard, process))
        yield (_JUMP_EQUAL, 0, len(body), numbers[name])
        yield from body


def _body(guard: Guard, process: int) -> Iterable[Rule]:
    yield (_LOAD, 0, 0, _AT_ARGUMENTS + 8 * guard.argument)
    if isinstance(guard, OnlyBits):
        if guard.required:
            yield (_JUMP_ANY_BIT, 0, 1, guard.required)
        yield (_JUMP_ANY_BIT, 0, 1, guard.forbidden)
        yield (_RETURN, 0, 0, _ERROR | guard.error)
        yield (_RETURN, 0, 0, _ALLOW)
        return
    values = (process,) if isinstance(guard, OnlySelf) else guard.values
    listed, others = _ALLOW, _ERROR | guard.error
    if isinstance(guard, NeverValues):
        listed, others = others, listed
    for left, value in zip(range(len(values), 0, -1), values, strict=True):
        yield (_JUMP_EQUAL, left, 0, value)
    yield (_RETURN, 0, 0, others)
    yield (_RETURN, 0, 0, listed)


def _allowed(calls: Calls, numbers: dict[str, int]) -> Iterable[Rule]:
    for first, past in _ranges(numbers[name] for name in calls.allowed if name in numbers):
        yield (_JUMP_AT_LEAST, 0, 2, first)
        yield (_JUMP_AT_LEAST, 1, 0, past)
        yield (_RETURN, 0, 0, _ALLOW)


def _ranges(numbers: Iterable[int]) -> Iterable[tuple[int, int]]:
    """Runs of consecutive numbers, as (first, one past the last)."""
    first = past = None
    for number in sorted(numbers):
        if number != past:
            if first is not None and past is not None:
                yield first, past
            first = number
        past = number + 1
    if first is not None and past is not None:
        yield first, past


def _answered(numbers: dict[str, int], names: Iterable[str], error: int) -> Iterable[Rule]:
    for name in sorted(names):
        if name in numbers:
            yield (_JUMP_EQUAL, 0, 1, numbers[name])
            yield (_RETURN, 0, 0, _ERROR | error)


def _rest() -> Iterable[Rule]:
    yield (_JUMP_AT_LEAST, 0, 1, syscalls.NEWEST + 1)
    yield (_RETURN, 0, 0, _ERROR | errno.ENOSYS)
    yield (_RETURN, 0, 0, _ERROR | errno.EPERM)
