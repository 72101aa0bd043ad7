"""torch's compiler, read when somebody compiles.

Every optimiser imports `torch._dynamo` at its first step, only to tell it to keep out of the way. That costs as much CPU time
as torch itself and 80 MB in every zygote, and makes each fork half as dear again, for what hardly any student uses. So a
stand-in that keeps out of the way has its name until somebody asks it for more; what then is imported is the real one.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

import torch

_NAME = "torch._dynamo"
_MARK = "__dynamo_disable"
"""Where torch remembers what `disable` has made of a function."""


def put_off() -> None:
    """Before `torch._dynamo` is imported, once in a process."""
    stand_in = _StandIn(_NAME)
    sys.modules[_NAME] = stand_in
    vars(torch)["_dynamo"] = stand_in
    sys.meta_path.insert(0, stand_in)


class _StandIn(ModuleType, MetaPathFinder):
    """What is called of the real one where nothing is compiled; whatever else it is asked for, the real one answers."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        spec = PathFinder.find_spec(name, torch.__path__)
        self.__path__ = (spec and spec.submodule_search_locations) or []
        self._spared: list[Any] = []

    def graph_break(self, msg: str = "") -> None:
        """Means something to code that is compiled."""

    def disable(self, fn: Callable[..., Any] | None = None, recursive: bool = True, **options: Any) -> Any:
        """For torch's own functions, which ask in this way: the function as it is."""
        if fn is None or options != {"wrapping": False}:
            return self._give_way().disable(fn, recursive, **options)
        self._spared.append(fn)
        return fn

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # whoever looks through all modules asks for these
            raise AttributeError(name)
        return getattr(self._give_way(), name)

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """A part of the real one is imported: it may be there as soon as the whole is."""
        if not name.startswith(f"{_NAME}.") or sys.modules[_NAME] is not self:
            return None
        self._give_way()
        return ModuleSpec(name, _Known(sys.modules[name])) if name in sys.modules else PathFinder.find_spec(name, path)

    def _give_way(self) -> ModuleType:
        """The real one, which takes this one's place, and decides anew what it is to leave alone."""
        if sys.modules[_NAME] is self:
            del sys.modules[_NAME]
            sys.meta_path.remove(self)
            for function in self._spared:
                vars(function).pop(_MARK, None)
        return importlib.import_module(_NAME)


class _Known(Loader):
    """Of a module that has been loaded while it was looked for."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self._spec = module.__spec__

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec
