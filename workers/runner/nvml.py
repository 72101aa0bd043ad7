"""The few calls of NVIDIA's management library that tell which GPUs there are and how full they are.

By ctypes, since no package of ours needs to be there for it: the library comes with the driver. It never starts CUDA.
"""

from __future__ import annotations

import ctypes
from contextlib import suppress
from pathlib import Path
from typing import Any

NAME = "libnvidia-ml.so.1"

FOLDERS = (
    "/usr/local/nvidia/lib64",  # where cluster images mount the driver
    "/usr/lib/wsl/lib",  # Windows Subsystem for Linux
    "/run/opengl-driver/lib",  # NixOS
)
"""Where the driver's libraries lie when the loader does not find them by itself."""

_NOT_FOUND = 6
_TEXT = 96

Handle = ctypes.c_void_p


class Absent(Exception):
    """There is no driver here, or it does not answer; the text says which."""


class Failed(Exception):
    """A call about one GPU did not succeed; the text is the library's own, and so is `code`."""

    def __init__(self, words: str, code: int = -1) -> None:
        super().__init__(words)
        self.code = code


class _Memory(ctypes.Structure):
    _fields_ = [("total", ctypes.c_ulonglong), ("free", ctypes.c_ulonglong), ("used", ctypes.c_ulonglong)]


class Nvml:
    """The library, open. Keeping it open keeps the driver loaded, which a run would otherwise wait seconds for."""

    def __init__(self) -> None:
        """Raises `Absent`."""
        self._library = _load()
        try:
            self._call("nvmlInit_v2")
        except Failed as error:
            raise Absent(f"the NVIDIA driver does not answer ({error})") from error

    @property
    def folder(self) -> Path:
        """Where the driver's libraries lie; CUDA's own, libcuda, lies beside this one."""
        loaded = (line.rsplit(" ", 1)[-1].strip() for line in Path("/proc/self/maps").read_text().splitlines())
        found = [Path(path) for path in loaded if Path(path).name.startswith("libnvidia-ml.so")]
        return found[0].parent if found else Path("/usr/lib")

    def handles(self) -> list[Handle]:
        """Every GPU that answers; one that has fallen off the bus is left out."""
        found = []
        for index in range(self._number("nvmlDeviceGetCount_v2")):
            with suppress(Failed):
                found.append(self._handle("nvmlDeviceGetHandleByIndex_v2", index))
        return found

    def slices(self, handle: Handle) -> list[Handle] | None:
        """The MIG slices of a GPU, none at all as long as none are cut; None for a GPU that is not sliced."""
        if not self._is_sliced(handle):
            return None
        found = []
        for index in range(self._number("nvmlDeviceGetMaxMigDeviceCount", handle)):
            try:
                found.append(self._handle("nvmlDeviceGetMigDeviceHandleByIndex", handle, index))
            except Failed as error:
                if error.code != _NOT_FOUND:
                    raise
        return found

    def find(self, uuid: str) -> Handle:
        """The GPU or slice of this UUID. Raises `Failed`."""
        return self._handle("nvmlDeviceGetHandleByUUID", uuid.encode())

    def name(self, handle: Handle) -> str:
        return self._text("nvmlDeviceGetName", handle)

    def uuid(self, handle: Handle) -> str:
        return self._text("nvmlDeviceGetUUID", handle)

    def minor(self, handle: Handle) -> int:
        """The number in the name of its device file."""
        return self._number("nvmlDeviceGetMinorNumber", handle)

    def instances(self, slice_: Handle) -> tuple[int, int]:
        """GPU instance and compute instance of a slice."""
        gpu = self._number("nvmlDeviceGetGpuInstanceId", slice_)
        return gpu, self._number("nvmlDeviceGetComputeInstanceId", slice_)

    def memory(self, handle: Handle) -> tuple[int, int]:
        """Bytes in use and in all."""
        memory = _Memory()
        self._call("nvmlDeviceGetMemoryInfo", handle, ctypes.byref(memory))
        return int(memory.used), int(memory.total)

    def _is_sliced(self, handle: Handle) -> bool:
        now, next_ = ctypes.c_uint(), ctypes.c_uint()
        with suppress(Failed):  # a GPU that cannot be sliced says that this is not supported
            self._call("nvmlDeviceGetMigMode", handle, ctypes.byref(now), ctypes.byref(next_))
        return now.value == 1

    def _number(self, function: str, *arguments: object) -> int:
        number = ctypes.c_uint()
        self._call(function, *arguments, ctypes.byref(number))
        return number.value

    def _handle(self, function: str, *arguments: object) -> Handle:
        handle = Handle()
        self._call(function, *arguments, ctypes.byref(handle))
        return handle

    def _text(self, function: str, handle: Handle) -> str:
        buffer = ctypes.create_string_buffer(_TEXT)
        self._call(function, handle, buffer, ctypes.c_uint(_TEXT))
        return buffer.value.decode(errors="replace")

    def _call(self, function: str, *arguments: object) -> None:
        """Raises `Failed` with the library's words and its number."""
        try:
            code = int(getattr(self._library, function)(*arguments))
        except AttributeError as error:  # a driver from before this call
            raise Failed(f"the driver does not know {function}") from error
        if code:
            raise Failed(self._words(code), code)

    def _words(self, code: int) -> str:
        with suppress(AttributeError):
            explain: Any = self._library.nvmlErrorString
            explain.restype = ctypes.c_char_p
            return bytes(explain(code) or b"").decode(errors="replace") or f"error {code}"
        return f"error {code}"


def _load() -> ctypes.CDLL:
    for name in (NAME, *(f"{folder}/{NAME}" for folder in FOLDERS)):
        with suppress(OSError):
            return ctypes.CDLL(name)
    raise Absent("there is no NVIDIA driver")
