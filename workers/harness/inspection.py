"""Looks at the student's modules and tensors and answers as an `inspection` event. What goes wrong is the answer."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch import nn

from workers.harness import names
from workers.harness.names import Found
from workers.harness.tensors import detail, gradient_of, outline, shown, undisturbed
from workers.protocol import Control
from workers.shapes import MAX_LISTED, MAX_NAME

Tell = Callable[[str, dict[str, Any]], None]

_GRADIENT = ".grad"
_ROOM = 60_000
"""Characters of an answer: an event may have 64 KB."""


def answer(control: Control, listing: str, tell: Tell) -> None:
    """List the modules and tensors, or tell one tensor. For the student's thread: the names come from its stack."""
    try:
        with undisturbed():
            tell("inspection", _look(control, names.find(listing)))
    except Exception as error:  # noqa: BLE001 - an odd tensor must not end the run that somebody looks into
        refuse(control, f"“{shown(control.name)}” cannot be shown: {_first_line(error)}", tell)


def refuse(control: Control, error: str, tell: Tell) -> None:
    """Answer that there is nothing to see, and why."""
    tell("inspection", reply(control.id, control.of, shown(control.name), error=error))


class Watch:
    """Tells what one module makes of the next batch that it is given, in the thread that gives it."""

    def __init__(self, control: Control, module: nn.Module, tell: Tell) -> None:
        self._control, self._tell = control, tell
        self._answered = False
        self._handle = nn.Module.register_forward_hook(module, self._see)
        self.since = time.monotonic()

    def give_up(self) -> None:
        """Watch no longer; says so if there was nothing to see. Harmless when repeated."""
        self._handle.remove()
        if not self._answered:
            self._answered = True
            words = f"“{shown(self._control.name)}” was not given anything to work on in the meantime."
            refuse(self._control, words, self._tell)

    def _see(self, module: nn.Module, given: object, made: object) -> None:
        self._handle.remove()
        if self._answered:
            return
        self._answered = True
        control = self._control
        try:
            with undisturbed():
                event = reply(control.id, control.of, shown(control.name))
                self._tell("inspection", fitting(event, _made(control.name, made)))
        except Exception as error:  # noqa: BLE001 - as above
            refuse(control, f"What “{shown(control.name)}” returned cannot be shown: {_first_line(error)}", self._tell)


def watch_next(control: Control, listing: str, tell: Tell) -> Watch | None:
    """Watch a module until its next forward pass; none where there is no such module, which is then told."""
    module = names.find(listing).modules.get(control.name)
    if module is None:
        refuse(control, f"There is no module named “{shown(control.name)}”.", tell)
        return None
    return Watch(control, module, tell)


def _look(control: Control, found: Found) -> dict[str, Any]:
    event = reply(control.id, control.of, shown(control.name))
    if control.of == "modules":
        event["modules"] = describe(found.modules)
        return fitting(event, (outline(name, tensor) for name, tensor in found.tensors.items()))
    tensor = _find(control.name, found)
    if tensor is None:
        return event | {"error": _miss(control.name, found)}
    return fitting(event, iter([detail(control.name, tensor)]))


def describe(modules: Mapping[str, nn.Module]) -> list[dict[str, Any]]:
    """The modules of an answer, by their names."""
    return [
        {"name": shown(name), "type": shown(type(module).__name__), "parameters": names.count(module)}
        for name, module in tuple(modules.items())[:MAX_LISTED]
    ]


def _find(name: str, found: Found) -> torch.Tensor | None:
    """A tensor, or its gradient by the name that the student would write: `model.0.weight.grad`."""
    if (tensor := found.tensors.get(name)) is not None:
        return tensor
    owner = found.tensors.get(name.removesuffix(_GRADIENT)) if name.endswith(_GRADIENT) else None
    return None if owner is None else gradient_of(owner)


def _miss(name: str, found: Found) -> str:
    """Why there is no such tensor."""
    owner = name.removesuffix(_GRADIENT)
    if owner != name and owner in found.tensors:
        return f"“{shown(owner)}” has no gradient now: there was no backward pass yet, or zero_grad has cleared it."
    return f"There is no tensor named “{shown(name)}”."


def _made(name: str, made: object, deep: int = 3) -> Iterator[dict[str, Any]]:
    """The tensors in what a module returned."""
    if issubclass(type(made), torch.Tensor):
        yield detail(name, made)  # type: ignore[arg-type]
    elif deep and isinstance(made, tuple | list):
        for index, part in enumerate(tuple.__iter__(made) if isinstance(made, tuple) else list.__iter__(made)):
            yield from _made(f"{name}[{index}]", part, deep - 1)
    elif deep and type(made) is dict:
        for key, part in tuple(made.items()):
            yield from _made(f"{name}[{key!r}]" if isinstance(key, str | int) else name, part, deep - 1)


def reply(id_: str, of: str, name: str, *, error: str = "", step: int | None = None) -> dict[str, Any]:
    return {
        "id": id_[:MAX_NAME],
        "of": of,
        "name": name,
        "step": step,
        "error": error[:500],
        "modules": [],
        "tensors": [],
    }


def fitting(event: dict[str, Any], tensors: Iterator[dict[str, Any]]) -> dict[str, Any]:
    """With as many of the tensors as an event may carry; where one does not fit with its values, without them."""
    while len(json.dumps(event)) > _ROOM:
        del event["modules"][-20:]
    room = _ROOM - len(json.dumps(event))
    for tensor in tensors:
        for told in (tensor, tensor | {"values": None}):
            if len(event["tensors"]) < MAX_LISTED and (size := len(json.dumps(told)) + 2) <= room:
                event["tensors"].append(told)
                room -= size
                break
        else:
            break
    return event


def _first_line(error: BaseException) -> str:
    """What torch said; never through code of the student's."""
    words = error.args[0] if error.args and type(error.args[0]) is str else type(error).__name__
    return words.strip().partition("\n")[0][:200]
