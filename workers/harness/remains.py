"""What training leaves: the parameters of the models, told once at the end.

A model that is a variable of a function is gone by then. So the models of the first backward pass are held weakly, and as
one of them goes, its parameters are looked at: they are still there at that moment, and nothing lives longer for it.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import torch
from torch import nn

from workers.harness import names
from workers.harness.inspection import describe, fitting, reply
from workers.harness.tensors import detail, undisturbed
from workers.shapes import MAX_LISTED

_VALUES = 4096
_MOST = 1024
_LEAST = 64
"""Values that are told of all parameters together; of each an equal share, within these."""


class Remains:
    """Of one run."""

    def __init__(self) -> None:
        self._process = 0
        self.clear()

    def clear(self) -> None:
        """A run begins with nothing, in this process."""
        self._held: dict[str, weakref.ref[nn.Module]] = {}
        self._gone: dict[str, list[dict[str, Any]]] = {}
        self._modules: dict[str, list[dict[str, Any]]] = {}
        self._process = os.getpid()

    def expect(self, models: Mapping[str, nn.Module]) -> None:
        """These are being trained."""
        for name, model in models.items():
            parameters = {slot: weakref.ref(each) for slot, each in names.parameters(model, name).items()}
            self._held[name] = weakref.ref(model, partial(self._part, name, parameters))
            self._modules[name] = describe(names.modules(model, name))

    def inspection(self, models: dict[str, nn.Module], step: int) -> dict[str, Any] | None:
        """The event that tells of `models` and of the expected ones; none where there are no parameters."""
        for name, held in self._held.items():
            if (model := held()) is not None and all(model is not known for known in models.values()):
                models.setdefault(name, model)
        tensors = [told for name, model in models.items() for told in _look(names.parameters(model, name))]
        tensors += [told for name, tolds in self._gone.items() if name not in models for told in tolds]
        modules = {name: describe(names.modules(model, name)) for name, model in models.items()}
        modules |= {name: self._modules[name] for name in self._gone if name not in models}
        event = reply("", "parameters", "", step=step)
        event["modules"] = [told for name in modules for told in modules[name]][:MAX_LISTED]
        return fitting(event, iter(tensors)) if tensors else None

    def _part(self, name: str, parameters: dict[str, weakref.ref[torch.Tensor]], gone: object) -> None:
        """The last look at a model; whatever it finds, the student's code goes on."""
        if self._held.get(name) is gone and self._process == os.getpid():
            with suppress(Exception):
                self._gone[name] = list(
                    _look({slot: p for slot, ref in parameters.items() if (p := ref()) is not None})
                )


def _look(parameters: dict[str, torch.Tensor]) -> Iterator[dict[str, Any]]:
    """Statistics and values of each; one that cannot be told is left out."""
    share = max(_LEAST, min(_MOST, _VALUES // max(1, len(parameters))))
    for name, tensor in tuple(parameters.items())[:MAX_LISTED]:
        with suppress(Exception), undisturbed():
            yield detail(name, tensor, values=share) | {"gradient": None}
