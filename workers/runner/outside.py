"""Starts a Python that makes cells, inside everything that its tier puts around it."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import workers
from workers.runner import bubblewrap, policy, stage
from workers.runner.policy import Sizes, Tier
from workers.runner.setting import Setting

ROOT = Path(workers.__file__).resolve().parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Outfit:
    """What a slot has that others have not: device files its runs may use, and variables that tell them which.

    `name` is the accelerator's, for people, and `uuid` the driver's; `folders` are mounted read-only beside the
    system's, `warming` are variables of the zygote.
    """

    device: str = "cpu"
    name: str = ""
    uuid: str = ""
    accelerators: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    variables: dict[str, str] = field(default_factory=dict)
    warming: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bind:
    """A file or folder of the machine, read-only inside."""

    source: Path
    target: str


def start(
    *,
    slot: int,
    tier: Tier,
    sizes: Sizes,
    code: str,
    arguments: list[str],
    pass_fd: int,
    outfit: Outfit = Outfit(),
    stderr: int | None = None,
) -> subprocess.Popen[bytes]:
    """Start Python on the expression `code`, with one descriptor of ours; its arguments are that descriptor's number,
    the encoded `Setting`, and then `arguments`.

    As root the machine's files are laid out for, and everything runs as, the slot's own uid. Raises `Unfit`.
    """
    setting = _walled(tier, outfit) if tier.walled else _contained(tier, outfit)
    inside = [_python(), "-S", "-P", "-B", "-c", code, str(pass_fd), setting.encode(), *arguments]
    variables = policy.zygote_environment(setting.packages, setting.code) | outfit.warming
    plan = stage.Plan(
        parent=os.getpid(),
        uid=policy.FIRST_UID + slot if os.geteuid() == 0 else None,
        bubblewrap=str(bubblewrap.find()) if tier.walled else "",
        binds=[[str(bind.source), bind.target] for bind in (*_binds(), *_folders(outfit))],
        texts=policy.WRITTEN_FILES,
        options=bubblewrap.options(
            places=_places(setting),
            place_bytes=sizes.tmp_mb * 1024 * 1024,
            accelerators=setting.accelerators,
            variables=variables,
        ),
        command=inside,
        variables=variables,
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


def _walled(tier: Tier, outfit: Outfit) -> Setting:
    """As bubblewrap lays it out."""
    return Setting(
        tier=tier.name,
        code=policy.OUR_CODE,
        packages=[bind.target for bind in _packages()],
        readable=[bind.target for bind in (*_python_itself(), *_folders(outfit))],
        base="" if tier.nested else policy.PLACES,
        accelerators=list(outfit.accelerators),
        variables=outfit.variables,
    )


def _contained(tier: Tier, outfit: Outfit) -> Setting:
    """As it lies on the machine. Nobody can guess where the places are, who may not look for them."""
    return Setting(
        tier=tier.name,
        code=str(ROOT.parent),
        packages=[str(bind.source) for bind in _packages()],
        readable=[str(bind.source) for bind in (*_python_itself(), *_folders(outfit))],
        base=f"{policy.HOME}/places-{secrets.token_hex(16)}",
        accelerators=list(outfit.accelerators),
        variables=outfit.variables,
    )


def _places(setting: Setting) -> list[str]:
    return [f"{setting.base}/{number}" for number in range(policy.PLACES_PER_SLOT)] if setting.base else []


def _python() -> str:
    return str(Path(sys.executable).resolve())


def _binds() -> list[Bind]:
    """What is mounted beside the system: the interpreter, its packages, our code."""
    ours = [Bind(ROOT / name, f"{policy.OUR_CODE}/workers/{name}") for name in policy.OUR_PARTS]
    return [*_python_itself(), *_packages(), *ours]


def _python_itself() -> list[Bind]:
    prefix = Path(sys.base_prefix).resolve()
    return [] if prefix.is_relative_to("/usr") else [Bind(prefix, str(prefix))]


def _folders(outfit: Outfit) -> list[Bind]:
    return [Bind(Path(folder), folder) for folder in outfit.folders]


def _packages() -> list[Bind]:
    """Where Python keeps installed packages, in the order of `sys.path`."""
    found = dict.fromkeys(
        path.resolve() for entry in sys.path if (path := Path(entry)).name in ("site-packages", "dist-packages")
    )
    folders = [folder for folder in found if folder.is_dir()]
    return [Bind(folder, f"{policy.PACKAGES}/{number}") for number, folder in enumerate(folders)]
