"""One tensor in numbers, as an inspection shows it. Nothing is changed, no random number is drawn, no graph is made.

Up to 4,096 values are told; of a larger tensor, evenly spaced ones, and `thinned` says how far apart along each dimension.
Statistics are exact up to 4 million elements; of a larger tensor, evenly spaced ones are looked at, and `sampled` says
how many. That takes about 0.1 s and 100 MB at most, whatever the tensor. Least, greatest, mean and deviation are those
of the finite values; there are none of complex numbers, of tensors without elements or data (`meta`), and of sparse or
quantised ones that are larger than that.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch

from workers.harness.thinning import number
from workers.shapes import MAX_NAME, MAX_VALUES

BASE: Any = torch._C.TensorBase
"""Its attributes are read through it where a subclass of the student's must not be asked."""

_EXACT = 1 << 22
_MAX_DIMENSIONS = 16
_BINS = 40
_WIDEST = 1e300
_LETTERS = 48_000
"""Of the values as they are written: an event holds little more."""


@contextmanager
def undisturbed() -> Iterator[None]:
    """No code of the student's takes part (subclasses, modes), nothing is recorded, nothing is rounded."""
    with (
        torch._C.DisableTorchFunction(),
        torch._C._DisableTorchDispatch(),
        torch.no_grad(),
        torch.autocast("cpu", enabled=False),
    ):
        yield


def outline(name: str, tensor: torch.Tensor) -> dict[str, Any]:
    """What it is, without its values."""
    plain = _plain(tensor)
    return {
        "name": shown(name),
        "shape": list(plain.shape)[:_MAX_DIMENSIONS],
        "dtype": str(plain.dtype).removeprefix("torch."),
        "device": str(plain.device),
        "statistics": None,
        "sampled": None,
        "values": None,
        "thinned": None,
        "histogram": None,
        "gradient": None,
    }


def detail(name: str, tensor: torch.Tensor, *, values: int = MAX_VALUES) -> dict[str, Any]:
    """With statistics, those of its gradient, and its values: so many at most, and then how all are spread."""
    told = outline(name, tensor)
    dense = _dense(_plain(tensor))
    if dense is not None:
        told |= _statistics(dense) | _pick(dense, values)
        if told["thinned"]:
            told["histogram"] = _count(_finite(_sample(dense)))
    if (gradient := gradient_of(tensor)) is not None and (dense := _dense(_plain(gradient))) is not None:
        told["gradient"] = _statistics(dense)["statistics"]
    return told


def gradient_of(tensor: torch.Tensor) -> torch.Tensor | None:
    """What `.grad` holds, without the warning about tensors that keep none, and without asking a subclass."""
    if not (BASE.is_leaf.__get__(tensor) or BASE.retains_grad.__get__(tensor)):
        return None
    gradient = BASE.grad.__get__(tensor)
    return gradient if issubclass(type(gradient), torch.Tensor) else None


def shown(name: str) -> str:
    """A name that fits into an event."""
    return "".join(character if character.isprintable() else "?" for character in name)[:MAX_NAME]


def _plain(tensor: torch.Tensor) -> torch.Tensor:
    """The same numbers, out of reach of a subclass and of the graph."""
    plain = torch.Tensor.detach(tensor)
    return plain if type(plain) is torch.Tensor else torch.Tensor.as_subclass(plain, torch.Tensor)


def _dense(plain: torch.Tensor) -> torch.Tensor | None:
    """Its numbers in the usual layout, or none where they cannot be had at a bounded cost."""
    if plain.is_meta or plain.is_complex() or plain.numel() == 0:
        return None
    if plain.layout != torch.strided:
        return plain.to_dense() if plain.numel() <= _EXACT else None
    if plain.is_quantized:
        return plain.dequantize() if plain.numel() <= _EXACT else None
    return plain


def _statistics(dense: torch.Tensor) -> dict[str, Any]:
    sample = _sample(dense)
    values = sample.reshape(-1).to(torch.float64)
    finite = _finite(values)
    if finite.numel():
        spread = [finite.min(), finite.max(), finite.mean(), finite.std(correction=0)]
    else:
        spread = [values.new_tensor(math.nan)] * 4
    counts = [(values == 0).sum(), torch.isnan(values).sum(), torch.isinf(values).sum()]
    statistics = {name: number(each.item()) for name, each in zip(("min", "max", "mean", "std"), spread, strict=True)}
    statistics |= {name: int(each) for name, each in zip(("zeros", "nan", "inf"), counts, strict=True)}
    sampled = sample.numel() if sample.numel() < dense.numel() else None
    return {"statistics": statistics, "sampled": sampled}


def _finite(values: torch.Tensor) -> torch.Tensor:
    flat = values.reshape(-1).to(torch.float64)
    return flat[torch.isfinite(flat)]


def _count(finite: torch.Tensor) -> dict[str, Any] | None:
    """How many values lie in each of equally wide bins; none where there is nothing to count, or no end to it."""
    if not finite.numel():
        return None
    least, most = finite.min().item(), finite.max().item()
    if least == most or not abs(most - least) < _WIDEST:
        return None
    edges = [least + (most - least) * bin_ / _BINS for bin_ in range(_BINS + 1)]
    counts = torch.histc(finite, _BINS, min=least, max=most)
    return {"edges": [float(f"{edge:.7g}") for edge in edges], "counts": [int(each) for each in counts.tolist()]}


def _pick(dense: torch.Tensor, most: int) -> dict[str, Any]:
    """At most so many values, and fewer where they are long to write."""
    steps = _spread(dense.shape, most)
    values = _values(dense[tuple(slice(None, None, step) for step in steps)])
    if len(json.dumps(values)) > _LETTERS:
        return _pick(dense, most // 2)
    return {"values": values, "thinned": steps if max(steps, default=1) > 1 else None}


def _spread(shape: Sequence[int], most: int) -> list[int]:
    """Every how-manieth along each dimension. Rows and columns, which make a picture, are thinned last."""
    steps, left = [1] * len(shape), list(shape)
    while math.prod(left) > most:
        outer = [index for index in range(len(shape) - 2) if left[index] > 1]
        longest = max(outer or range(len(shape)), key=left.__getitem__)
        steps[longest] = max(steps[longest] + 1, steps[longest] * 5 // 4)
        left[longest] = -(-shape[longest] // steps[longest])
    return steps


def _sample(dense: torch.Tensor) -> torch.Tensor:
    """A view of evenly spaced elements, at most as many as are looked at: the longest dimensions are thinned first."""
    while dense.numel() > _EXACT:
        longest = max(range(dense.dim()), key=dense.size)
        step = min(math.ceil(dense.numel() / _EXACT), dense.size(longest))
        dense = dense[(slice(None),) * longest + (slice(None, None, step),)]
    return dense


def _values(dense: torch.Tensor) -> list[float | str]:
    """Row by row; seven digits, which is what a 32-bit number holds."""
    flat = dense.reshape(-1)
    if flat.dtype == torch.bool or not (flat.is_floating_point()):
        return [max(-(2**53), min(2**53, int(value))) for value in flat.tolist()]
    return [number(float(f"{value:.7g}")) for value in flat.to(torch.float64).tolist()]
