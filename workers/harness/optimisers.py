"""What can be read off the optimisers that a run steps: their learning rates, and the gradients they have just used."""

from __future__ import annotations

import time
import weakref
from typing import Any

import torch
from torch.optim import Optimizer

from workers.harness.reporter import REPORTER
from workers.harness.tensors import BASE, undisturbed

_MOST = 16
_SHARE = 0.005
"""Of the time, at most, goes into gradient norms."""

_EVERY_S = 0.05


class Optimisers:
    """The ones met in a run, held weakly: an optimiser that the student drops is gone."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """A new run has met none."""
        self._met: list[weakref.ref[Optimizer]] = []
        self._rates: dict[str, tuple[int, float]] = {}
        self._told: dict[str, tuple[int, float]] = {}
        self._norm_due = 0.0

    def meet(self, optimiser: Optimizer) -> None:
        """It has made a step."""
        if len(self._met) < _MOST and all(known() is not optimiser for known in self._met):
            self._met.append(weakref.ref(optimiser))

    def tell_rates(self, step: int, *, last: bool = False) -> None:
        """The learning rate of each group of parameters, where it has changed; no optimiser is touched, only read."""
        for name, rate in self._read():
            point = (max(step, 1), rate)
            known = self._told.get(name)
            if known is None or known[1] != rate or (last and known[0] != point[0]):
                self._told[name] = point
                REPORTER.observe(name, "learning_rate", *point)

    @property
    def norm_due(self) -> bool:
        """Whether it is time to look at the gradients again."""
        return time.monotonic() >= self._norm_due

    def tell_norm(self, optimiser: Optimizer, step: int) -> None:
        """The norm of all gradients of its parameters together, as it was at this step. Sets the time of the next."""
        began = time.monotonic()
        try:
            with undisturbed():
                norm = _norm(optimiser)
        except (RuntimeError, TypeError, AttributeError, NotImplementedError):
            norm = None  # gradients of a kind that has no norm, or spread over devices
        if norm is not None:
            REPORTER.points("gradient_norm", "gradient_norm").append((step, norm))
        now = time.monotonic()
        self._norm_due = now + max(_EVERY_S, (now - began) / _SHARE)

    def _read(self) -> list[tuple[str, float]]:
        rates: list[tuple[str, float]] = []
        for known in self._met:
            optimiser = known()
            for group in _groups(optimiser) if optimiser is not None else ():
                if (rate := _plain_number(group.get("lr"))) is not None:
                    number = f" {len(rates) + 1}" if rates else ""
                    rates.append((f"learning_rate{number}", rate))
        return rates[:_MOST]


def _groups(optimiser: Optimizer) -> list[dict[str, Any]]:
    groups = object.__getattribute__(optimiser, "__dict__").get("param_groups")
    return [group for group in groups if type(group) is dict] if type(groups) is list else []


def _plain_number(rate: object) -> float | None:
    """A learning rate may be a tensor; one on a GPU would have to be waited for."""
    if type(rate) is torch.Tensor and rate.is_cpu and rate.numel() == 1:
        return float(rate.item())
    return float(rate) if type(rate) in (int, float) else None  # type: ignore[arg-type]


def _norm(optimiser: Optimizer) -> float | torch.Tensor | None:
    """On a GPU the answer stays there, to be read later by the pulse."""
    gradients = []
    for group in _groups(optimiser):
        for parameter in group["params"]:
            gradient = BASE.grad.__get__(parameter)
            if gradient is not None:
                gradients.append(gradient.coalesce().values() if gradient.is_sparse else gradient)
    if not gradients:
        return None
    norm = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients)))
    return norm if norm.is_cuda else float(norm.item())
