"""What the whole runner is in, for tiers that build no wall themselves: seen from where it stands."""

from __future__ import annotations

import os
import socket

from workers.runner import kernel, landlock, policy
from workers.runner.bubblewrap import Unfit
from workers.runner.policy import Tier

_FIRST_NAMESPACES = {"pid": 0xEFFF_FFFC, "ipc": 0xEFFF_FFFF}
"""Numbers that the kernel gives to the namespaces it starts with, and to no others."""
_LOOPBACK = "lo"


def check(tier: Tier) -> None:
    """Raises `Unfit` where `tier` would lack what it leans on."""
    if tier.landlocked and landlock.version() < policy.LANDLOCK_NEEDED:
        raise Unfit("the kernel has no Landlock, or too old a one")
    if tier.inside:
        _check_inside(tier)


def _check_inside(tier: Tier) -> None:
    if tier.inside == "gvisor" and not in_gvisor():
        raise Unfit("this is not inside gVisor")
    if any(os.stat(f"/proc/self/ns/{name}").st_ino == number for name, number in _FIRST_NAMESPACES.items()):  # noqa: PTH116
        raise Unfit("this is not inside a container")
    if devices := [name for _, name in socket.if_nameindex() if name != _LOOPBACK]:
        raise Unfit(f"the container has a network ({', '.join(devices)}): start it without one")
    if secrets := sorted(name for name in os.environ if not _is_plain(name)):
        raise Unfit(f"the container's environment may hold secrets ({', '.join(secrets)}): start it without")
    _check_sized()


def in_gvisor() -> bool:
    """gVisor says so itself, in what it shows as the kernel's log."""
    try:
        return "gVisor" in kernel.read_boot_log()
    except OSError:
        return False


def _is_plain(name: str) -> bool:
    return name in policy.CONTAINER_VARIABLES or name.startswith(policy.CONTAINER_PREFIXES)


def _check_sized() -> None:
    """A run fills this folder as far as it goes, and nothing but its size stops it."""
    room = os.statvfs(policy.HOME)
    mine = os.stat(policy.HOME).st_dev != os.stat("/").st_dev  # noqa: PTH116
    sized = 0 < room.f_blocks * room.f_frsize <= policy.CONTAINER_TMP_MB * 1024 * 1024
    if not mine or not sized or not 0 < room.f_files <= policy.CONTAINER_INODES:
        raise Unfit(f"{policy.HOME} is not a small file system of its own: mount one with size=64m,nr_inodes=8k")
