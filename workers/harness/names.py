"""What the student calls things: modules and tensors by the names in which the code reaches them.

Names lead through the listing's variables, through lists, tuples and dicts, the attributes of objects of the student's own
classes, and the parts of modules: `x`, `model.0.weight`, `layers[2].bias`, `trainer.model.fc.weight`. Nothing of the
student's runs on the way: no property, `__getattr__`, `__len__` or `__eq__` of theirs is asked.
"""

from __future__ import annotations

import inspect
import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

_DEEP = 3
_WIDE = 200
_MOST = 5000
_HELD_BY_FRAME = 3
"""References to a frame's dictionary of locals that nobody else holds: the frame's, ours, and that of who counts."""


@dataclass(slots=True)
class Found:
    """By name. Holds on to what it found: let go of it soon."""

    modules: dict[str, nn.Module] = field(default_factory=dict)
    tensors: dict[str, torch.Tensor] = field(default_factory=dict)

    def tensor_names(self) -> dict[int, str]:
        """The first name of each tensor by its `id`; a name through a module is better than one through a list."""
        names: dict[int, str] = {}
        for name, tensor in self.tensors.items():
            known = names.get(id(tensor))
            if known is None or ("[" in known and "[" not in name):
                names[id(tensor)] = name
        return names


def find(listing: str, main: dict[str, Any] | None = None) -> Found:
    """All that the student's frames on this thread's stack reach, and what `main` (the listing's globals) does.

    An inner frame's variable hides an outer one of the same name.
    """
    found = Found()
    frames = [frame for frame in _stack() if frame.f_code.co_filename == listing]
    for frame in frames:
        if frame.f_locals is not frame.f_globals:
            _search_scope(frame.f_locals, found)
            release(frame)
    globals_ = frames[0].f_globals if frames else main
    if globals_ is not None:
        _search_scope(globals_, found)
    return found


def trained(found: Found) -> dict[str, nn.Module]:
    """The outermost modules that have parameters, each under its first name: what the student calls a model."""
    inner = {id(part) for module in found.modules.values() for part in _children(module).values()}
    models = {id(m): name for name, m in reversed(found.modules.items()) if id(m) not in inner and count(m)}
    return {name: found.modules[name] for name in sorted(models.values(), key=list(found.modules).index)}


def count(module: nn.Module) -> int:
    """Numbers in the parameters of a module and its parts, shared ones once."""
    seen: dict[int, int] = {}
    for _, part in _parts(module, ""):
        for tensor in _slots(part, "_parameters").values():
            if issubclass(type(tensor), torch.Tensor):
                seen[id(tensor)] = torch.Tensor.numel(tensor)
    return sum(seen.values())


def parameters(module: nn.Module, name: str) -> dict[str, torch.Tensor]:
    """Of a module and its parts, with names that begin with its own."""
    return {
        f"{prefix}.{slot}": tensor
        for prefix, part in _parts(module, name)
        for slot, tensor in _slots(part, "_parameters").items()
        if issubclass(type(tensor), torch.Tensor)
    }


def modules(module: nn.Module, name: str) -> dict[str, nn.Module]:
    """Of a module: itself and its parts, with names that begin with its own."""
    return dict(_parts(module, name))


def _stack() -> Iterator[types.FrameType]:
    frame: types.FrameType | None = sys._getframe(2)
    while frame is not None:
        yield frame
        frame = frame.f_back


def release(frame: types.FrameType) -> None:
    """Reading a function's variables leaves a copy of them in its frame, which would keep every tensor in it alive."""
    names = frame.f_locals
    if (
        type(names) is dict
        and frame.f_code.co_flags & inspect.CO_OPTIMIZED
        and sys.getrefcount(names) <= _HELD_BY_FRAME
    ):
        names.clear()


def _search_scope(scope: dict[str, Any], found: Found) -> None:
    for name, value in tuple(scope.items()):
        if isinstance(name, str) and not name.startswith("__"):
            _search(name, value, found, _DEEP)


def _search(name: str, value: object, found: Found, deep: int) -> None:
    kind = type(value)
    if len(found.tensors) + len(found.modules) >= _MOST:
        return
    if issubclass(kind, torch.Tensor):
        found.tensors.setdefault(name, value)  # type: ignore[arg-type]
    elif issubclass(kind, nn.Module):
        _add_module(name, value, found)  # type: ignore[arg-type]
    elif deep:
        for inner, part in _inside(name, value):
            _search(inner, part, found, deep - 1)


def _inside(name: str, value: object) -> Iterator[tuple[str, object]]:
    kind = type(value)
    if kind is list or kind is tuple:
        for index, item in enumerate(tuple(value[:_WIDE])):  # type: ignore[index]
            yield f"{name}[{index}]", item
    elif kind is dict:
        for key, item in tuple(value.items())[:_WIDE]:  # type: ignore[attr-defined]
            if type(key) is str or type(key) is int:
                yield f"{name}[{key!r}]", item
    elif type.__getattribute__(kind, "__module__") == "__main__":
        for attribute, item in tuple(attributes(value).items())[:_WIDE]:
            yield f"{name}.{attribute}", item


def _add_module(name: str, module: nn.Module, found: Found) -> None:
    if name in found.modules:
        return
    for prefix, part in _parts(module, name):
        found.modules.setdefault(prefix, part)
        for slots in ("_parameters", "_buffers"):
            for slot, tensor in _slots(part, slots).items():
                if issubclass(type(tensor), torch.Tensor):
                    found.tensors.setdefault(f"{prefix}.{slot}", tensor)


def _parts(module: nn.Module, name: str, above: frozenset[int] = frozenset()) -> Iterator[tuple[str, nn.Module]]:
    yield name, module
    if len(above) < _WIDE:
        for slot, part in _children(module).items():
            if id(part) not in above:
                yield from _parts(part, f"{name}.{slot}", above | {id(module)})


def _children(module: nn.Module) -> dict[str, nn.Module]:
    return {name: part for name, part in _slots(module, "_modules").items() if issubclass(type(part), nn.Module)}


def _slots(module: nn.Module, slots: str) -> dict[str, Any]:
    held = attributes(module).get(slots)
    return dict(held) if type(held) is dict else {}


def attributes(value: object) -> dict[str, Any]:
    """The instance's (or the class's) own dictionary, not asked of any code of its class."""
    if type(value) is type:
        return dict(type.__getattribute__(value, "__dict__"))
    for kind in type.__getattribute__(type(value), "__mro__"):
        descriptor = type.__getattribute__(kind, "__dict__").get("__dict__")
        if type(descriptor) is types.GetSetDescriptorType:
            held = descriptor.__get__(value)
            return held if type(held) is dict else {}
    return {}
