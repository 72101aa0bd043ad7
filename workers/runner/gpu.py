"""The accelerators of this machine: which there are, what a cell is given of exactly one, and whether it is free again.

A GPU, or a MIG slice of one, serves one run at a time. A run sees the device file of its own GPU and of no other, so
what it writes into CUDA_VISIBLE_DEVICES cannot reach further. The zygote never starts CUDA, which does not survive a
fork: it sees no GPU at all, and each run starts CUDA for itself.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workers.runner.nvml import Absent, Failed, Handle, Nvml
from workers.runner.outside import Outfit

log = logging.getLogger(__name__)

CONTROLS = ("/dev/nvidiactl", "/dev/nvidia-uvm")
"""What every use of CUDA opens beside the GPU's own file. Not nvidia-uvm-tools, which serves debuggers only, nor
nvidia-modeset, which serves screens."""

CAPABILITIES = Path("/proc/driver/nvidia/capabilities")
"""Tells which file of /dev/nvidia-caps opens which slice."""

TOLERANCE_BYTES = 64 * 1024 * 1024
"""What the driver itself takes and gives back as it likes."""

PATIENCE_S = 10.0
"""How long the driver may take to give back the memory of a process that was killed; it takes well below a second."""

LOOK_EVERY_S = 0.2

HIDDEN = {"CUDA_VISIBLE_DEVICES": ""}
"""For runs on the CPU: a torch that was built for CUDA then looks for no GPU, and warns of none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accelerator:
    """One GPU or MIG slice. `nodes` are the device files that a cell is given; `libraries` is where the driver's
    libraries lie, or "" where the loader finds them."""

    name: str
    uuid: str
    memory_mb: int
    nodes: tuple[str, ...]
    libraries: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For the command line."""
        return {"name": self.name, "uuid": self.uuid, "memory_mb": self.memory_mb}

    @property
    def label(self) -> str:
        """For people: `NVIDIA H100 80GB HBM3 (80 GB)`."""
        return f"{self.name} ({round(self.memory_mb / 1024)} GB)"


def outfit(accelerator: Accelerator) -> Outfit:
    """What a slot has whose runs use this accelerator and no other."""
    folder = accelerator.libraries
    loading = {"LD_LIBRARY_PATH": folder} if folder else {}
    return Outfit(
        device="gpu",
        name=accelerator.label,
        uuid=accelerator.uuid,
        accelerators=accelerator.nodes,
        folders=(folder,) if folder and not Path(folder).is_relative_to("/usr") else (),
        variables={"CUDA_VISIBLE_DEVICES": accelerator.uuid, **loading},
        # Who asks in the zygote whether there is a GPU is to hear it from the driver, without starting CUDA.
        warming={**HIDDEN, "PYTORCH_NVML_BASED_CUDA_CHECK": "1", **loading},
    )


def tell_fallback(reason: str) -> str:
    """To the student whose run was to use a GPU."""
    return f"No GPU could be used, so this run goes on the CPU and will take longer: {reason}."


async def discover_patiently() -> list[Accelerator]:
    """The same as `discover`; nothing, aloud, where the driver hangs."""
    try:
        return await asyncio.wait_for(asyncio.to_thread(discover), PATIENCE_S)
    except TimeoutError:
        log.error("the NVIDIA driver does not answer: runs will not use a GPU")
        return []


def discover(*, capabilities: Path = CAPABILITIES) -> list[Accelerator]:
    """What is there, in the driver's order. Empty where there is no driver, or none that answers."""
    try:
        nvml = Nvml()
    except Absent as reason:
        log.info("no GPU: %s", reason)
        return []
    return [found for handle in nvml.handles() for found in _survey(nvml, handle, capabilities)]


def _survey(nvml: Nvml, handle: Handle, capabilities: Path) -> list[Accelerator]:
    """The GPU itself, or its slices where it is cut into such: then it serves nothing as a whole."""
    try:
        minor = nvml.minor(handle)
        slices = nvml.slices(handle)
        if slices is None:
            return [_describe(nvml, handle, minor, ())]
        return [_describe(nvml, each, minor, _capabilities(nvml, each, minor, capabilities)) for each in slices]
    except (Failed, OSError, ValueError) as error:
        log.warning("a GPU is left out: %s", error)
        return []


def _describe(nvml: Nvml, handle: Handle, minor: int, capabilities: tuple[str, ...]) -> Accelerator:
    return Accelerator(
        name=nvml.name(handle),
        uuid=nvml.uuid(handle),
        memory_mb=nvml.memory(handle)[1] // 1024**2,
        nodes=(f"/dev/nvidia{minor}", *CONTROLS, *capabilities),
        libraries=_libraries(nvml.folder),
    )


def _libraries(folder: Path) -> str:
    """The folder, unless the loader looks there by itself."""
    usual = re.fullmatch(r"(/usr)?/lib(64|32|/[\w-]+-linux-gnu)?", str(folder))
    return "" if usual else str(folder)


def _capabilities(nvml: Nvml, slice_: Handle, minor: int, folder: Path) -> tuple[str, ...]:
    """The device files that open a slice: of its GPU instance, and of its compute instance within that."""
    gpu, compute = nvml.instances(slice_)
    instance = folder / f"gpu{minor}" / "mig" / f"gi{gpu}"
    return tuple(_capability(path / "access") for path in (instance, instance / f"ci{compute}"))


def _capability(access: Path) -> str:
    found = re.search(r"^DeviceFileMinor:\s*(\d+)$", access.read_text(), re.MULTILINE)
    if found is None:
        raise ValueError(f"{access} names no device file")
    return f"/dev/nvidia-caps/nvidia-cap{found[1]}"


class Gauge:
    """Says whether an accelerator is as empty as it was before its first run. `read` answers the bytes in use."""

    def __init__(self, name: str, uuid: str, read: Callable[[str], int] | None = None) -> None:
        self._name = name
        self._uuid = uuid
        self._read = read or read_memory
        self._base: int | None = None

    async def settle(self) -> str:
        """Wait until nothing of a run is left in its memory; why it must not be lent, or "" when all is well.

        The first time tells what an empty one holds. Takes `PATIENCE_S` at most, and some for a driver that hangs.
        """
        try:
            return await asyncio.wait_for(self._settle(), 2 * PATIENCE_S)
        except TimeoutError:
            return f"the driver of the GPU {self._name} does not answer"
        except (Absent, Failed) as error:
            return f"the GPU {self._name} does not answer ({error})"

    async def _settle(self) -> str:
        until = asyncio.get_running_loop().time() + PATIENCE_S
        while (left := await self._look()) > TOLERANCE_BYTES:
            if asyncio.get_running_loop().time() > until:
                return f"{left // 1024**2} MiB of the last run stay behind in the GPU {self._name}"
            await asyncio.sleep(LOOK_EVERY_S)
        return ""

    async def _look(self) -> int:
        """Bytes above the base. A driver that holds less than at first has a new base."""
        used = await asyncio.to_thread(self._read, self._uuid)
        self._base = used if self._base is None else min(self._base, used)
        return used - self._base


_nvml: list[Nvml] = []


def read_memory(uuid: str) -> int:
    """Bytes in use of the GPU or slice. Raises `Absent` or `Failed`."""
    if not _nvml:
        _nvml.append(Nvml())
    return _nvml[0].memory(_nvml[0].find(uuid))[0]
