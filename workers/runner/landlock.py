"""Landlock: a process takes from itself, for good, every file but those it names, and every process but its own.

The kernel's third wall beside namespaces and the filter, for machines where a run cannot have namespaces of its own.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntFlag

from workers.runner import kernel

_CREATE, _ADD, _RESTRICT = 444, 445, 446
"""The same numbers on every architecture."""
_VERSION = 1
_BENEATH = 1


class Right(IntFlag):
    """What can be done to files; see landlock(7)."""

    EXECUTE = 1 << 0
    WRITE_FILE = 1 << 1
    READ_FILE = 1 << 2
    READ_DIR = 1 << 3
    REMOVE_DIR = 1 << 4
    REMOVE_FILE = 1 << 5
    MAKE_CHAR = 1 << 6
    MAKE_DIR = 1 << 7
    MAKE_REG = 1 << 8
    MAKE_SOCK = 1 << 9
    MAKE_FIFO = 1 << 10
    MAKE_BLOCK = 1 << 11
    MAKE_SYM = 1 << 12
    REFER = 1 << 13
    TRUNCATE = 1 << 14
    IOCTL_DEV = 1 << 15


READ = Right.READ_FILE | Right.READ_DIR
USE = Right.READ_FILE | Right.WRITE_FILE
OWN = (
    READ
    | Right.WRITE_FILE
    | Right.REMOVE_DIR
    | Right.REMOVE_FILE
    | Right.MAKE_DIR
    | Right.MAKE_REG
    | Right.MAKE_FIFO
    | Right.MAKE_SYM
    | Right.REFER
    | Right.TRUNCATE
)
_ON_FILES = Right.EXECUTE | Right.WRITE_FILE | Right.READ_FILE | Right.TRUNCATE | Right.IOCTL_DEV

_SINCE = {1: Right.MAKE_SYM, 2: Right.REFER, 3: Right.TRUNCATE, 4: Right.TRUNCATE, 5: Right.IOCTL_DEV}
"""The last right that each version of Landlock knows."""
_NETWORK_SINCE, _SCOPES_SINCE = 4, 6
_EVERY_PORT = 3
_EVERY_SCOPE = 3
"""Abstract Unix sockets, and signals, of processes that are not in this domain."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What may be done to a file, or to a folder and all below it. What is not there needs no rule."""

    path: str
    rights: Right


def version() -> int:
    """Which Landlock this kernel has; 0 when it has none, or it is not switched on."""
    try:
        return kernel.call(_CREATE, None, ctypes.c_size_t(0), _VERSION)
    except OSError:
        return 0


def restrict(rules: Iterable[Rule]) -> None:
    """From here on this thread and what it starts may do what `rules` say and no more. Cannot be undone.

    Needs `forbid_new_privileges` before. Raises `OSError` where there is no Landlock.
    """
    known = version()
    handled = Right((_SINCE.get(known, Right.IOCTL_DEV) << 1) - 1)
    attributes = struct.pack("=QQQ", handled, _EVERY_PORT, _EVERY_SCOPE)
    size = 24 if known >= _SCOPES_SINCE else 16 if known >= _NETWORK_SINCE else 8
    ruleset = kernel.call(_CREATE, attributes, ctypes.c_size_t(size), 0)
    try:
        for rule in rules:
            _add(ruleset, rule, handled)
        kernel.call(_RESTRICT, ruleset, 0)
    finally:
        os.close(ruleset)


def _add(ruleset: int, rule: Rule, handled: Right) -> None:
    try:
        place = os.open(rule.path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        folder = os.path.isdir(f"/proc/self/fd/{place}")  # noqa: PTH112
        rights = rule.rights & handled & (handled if folder else _ON_FILES)
        kernel.call(_ADD, ruleset, _BENEATH, struct.pack("=Qi", rights, place), 0)
    finally:
        os.close(place)
