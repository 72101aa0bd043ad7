"""How the data of each type of event looks: the one check, for the runner and once more for the worker.

What comes out of a sandbox is the claim of the code that ran. `rebuild` makes it anew from checked values: it can still
be wrong, and it cannot be malformed, too deep, too long or hold a number that JSON does not know. Standard library only.
"""

from __future__ import annotations

import base64
import binascii
import math
import struct
from collections.abc import Callable, Mapping
from typing import Any

from workers.protocol import State

MAX_NAME = 100
MAX_TEXT = 5_000
MAX_POINTS = 2_000
MAX_NODES = 400
"""Of one part of a graph; a graph of more nodes comes in several parts."""
MAX_BINS = 128
MAX_VALUES = 4_096
"""Of one tensor in an inspection: larger ones are thinned."""
MAX_LISTED = 400
MAX_SIDE = 4_096
"""Pixels of a picture: a small file can say that it is enormous, and whoever shows it pays for that."""
MAX_COUNT = 2**53

METRIC_KINDS = frozenset({"loss", "validation", "learning_rate", "gradient_norm", "scalar"})
DIAGNOSES = frozenset({"nan", "diverging", "not_learning", "overfitting"})
SPECIAL_VALUES = frozenset({"NaN", "Infinity", "-Infinity"})
"""How numbers that JSON does not know are written, wherever a `value` stands below."""

_PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
"""How every PNG begins; width and height follow."""


class BadShape(ValueError):
    """This is not the data of such an event; the text says what is wrong."""


def rebuild(type_: str, data: object) -> dict[str, Any]:
    """The data of an event of this type, made anew. Raises `BadShape`.

    - `state` `{state}`: starting, running or paused; how a run ended is said by the recorder alone
    - `stdout`, `stderr`, `notice` `{text}`
    - `metric` `{name, kind, points: [[step, value], …]}`
    - `progress` `{step, total?, rate?, epoch?, epochs?, left_s?}`: optimiser steps done and in all, steps per second
    - `graph` `{part, parts, nodes: [{id, op, line?, label, shape?}], edges: [[from, to]], left_out}`: edges run from a
      node to what it was made from; `line` of the student's code; `shape` of what the node made; `left_out` counts
      nodes beyond the most that are told
    - `figure` `{name, step?, png, width, height}`: base64, of the size that the picture itself says
    - `histogram` `{name, step?, edges, counts}`: one edge more than counts
    - `text` `{name, step?, text}`
    - `inspection` `{id, of, name, step?, error, modules, tensors}`: `modules` `[{name, type, parameters}]`, `tensors`
      `[{name, shape, dtype, device, statistics?, sampled?, values?, thinned?, histogram?, gradient?}]`, `sampled` being
      how many elements the statistics and the histogram are of, where not all; `thinned` says, where `values` are not
      all, that they are each so-manieth along each dimension; `of` is modules, tensor, activations, or parameters for
      what is left at the end (then `id` is ""); `error` says why there is nothing, or is ""
    - `diagnosis` `{code, step, message, metric, evidence: [[step, value], …]}`
    - `verdict` `{passed, checks: [{name, passed, message}]}`
    """
    if not isinstance(data, dict):
        raise BadShape("the data is not an object")
    shape = _SHAPES.get(type_)
    if shape is None:
        raise BadShape(f"no such type of event: {type_[:40]!r}")
    rebuilt: dict[str, Any] = _object(shape)(data)
    if type_ in _AGREEMENTS:
        _AGREEMENTS[type_](rebuilt)
    return rebuilt


Part = Callable[[object], Any]


def _object(parts: Mapping[str, Part]) -> Part:
    """An object with exactly these fields; one whose part takes None may be missing."""

    def read(value: object) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise BadShape("not an object")
        if unknown := [name for name in value if name not in parts]:
            raise BadShape(f"no such field: {str(unknown[0])[:40]!r}")
        return {name: part(value.get(name)) for name, part in parts.items()}

    return read


def _maybe(part: Part) -> Part:
    return lambda value: None if value is None else part(value)


def _list(part: Part, most: int, least: int = 0) -> Part:
    def read(value: object) -> list[Any]:
        if not isinstance(value, list) or not least <= len(value) <= most:
            raise BadShape(f"not a list of {least} to {most}")
        return [part(item) for item in value]

    return read


def _text(most: int, *, printable: bool = False, least: int = 0) -> Part:
    """Text without half characters; `printable` for names, which stand in one line."""

    def read(value: object) -> str:
        if not isinstance(value, str) or not least <= len(value) <= most or (printable and not value.isprintable()):
            raise BadShape(f"not a text of {least} to {most} characters")
        return value.encode("utf-8", "replace").decode()

    return read


def _one_of(words: frozenset[str]) -> Part:
    def read(value: object) -> str:
        if not isinstance(value, str) or value not in words:
            raise BadShape("not one of the known words")
        return value

    return read


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_COUNT:
        raise BadShape("not a count")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e308 or not math.isfinite(value):
        raise BadShape("not a number")
    return value


def _value(value: object) -> float | str:
    """A number, or the text of one that JSON does not know."""
    return value if isinstance(value, str) and value in SPECIAL_VALUES else _number(value)


def _amount(value: object) -> float:
    if (number := _number(value)) < 0:
        raise BadShape("less than nothing")
    return number


def _bool(value: object) -> bool:
    if not isinstance(value, bool):
        raise BadShape("neither true nor false")
    return value


def _pair(first: Part, second: Part) -> Part:
    def read(value: object) -> list[Any]:
        if not isinstance(value, list) or len(value) != 2:
            raise BadShape("not a pair")
        return [first(value[0]), second(value[1])]

    return read


def _png(value: object) -> str:
    if not isinstance(value, str) or not value.isascii():
        raise BadShape("not base64")
    try:
        picture = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadShape("not base64") from error
    if not picture.startswith(_PNG) or len(picture) < len(_PNG) + 8:
        raise BadShape("not a PNG")
    return value


def _check_size(figure: dict[str, Any]) -> None:
    said = struct.unpack(">II", base64.b64decode(figure["png"])[len(_PNG) : len(_PNG) + 8])
    if said != (figure["width"], figure["height"]) or not 0 < min(said) <= max(said) <= MAX_SIDE:
        raise BadShape("not the size of the picture, or too large a one")


def _check_bins(histogram: dict[str, Any]) -> None:
    if len(histogram["edges"]) != len(histogram["counts"]) + 1:
        raise BadShape("not one edge more than counts")


_name = _text(MAX_NAME, printable=True, least=1)
_label = _text(MAX_NAME, printable=True)
_points = _list(_pair(_count, _value), MAX_POINTS, least=1)
_shape_of = _list(_count, 16)
_statistics = _object(
    dict.fromkeys(("min", "max", "mean", "std"), _value) | dict.fromkeys(("zeros", "nan", "inf"), _count)
)
_bins = _object({"edges": _list(_number, MAX_BINS + 1, least=2), "counts": _list(_amount, MAX_BINS, least=1)})
_tensor = _object(
    {
        "name": _label,
        "shape": _shape_of,
        "dtype": _label,
        "device": _label,
        "statistics": _maybe(_statistics),
        "sampled": _maybe(_count),
        "values": _maybe(_list(_value, MAX_VALUES)),
        "thinned": _maybe(_shape_of),
        "histogram": _maybe(_bins),
        "gradient": _maybe(_statistics),
    }
)
_module = _object({"name": _label, "type": _label, "parameters": _count})
_node = _object({"id": _count, "op": _name, "line": _maybe(_count), "label": _label, "shape": _maybe(_shape_of)})
_graded = _object({"name": _text(200), "passed": _bool, "message": _text(MAX_TEXT)})
_words = {"text": _text(64 * 1024)}

_SHAPES: dict[str, dict[str, Part]] = {
    "state": {"state": _one_of(frozenset({State.STARTING, State.RUNNING, State.PAUSED}))},
    "stdout": _words,
    "stderr": _words,
    "notice": _words,
    "metric": {"name": _name, "kind": _one_of(METRIC_KINDS), "points": _points},
    "progress": {
        "step": _count,
        "total": _maybe(_count),
        "rate": _maybe(_amount),
        "epoch": _maybe(_count),
        "epochs": _maybe(_count),
        "left_s": _maybe(_amount),
    },
    "graph": {
        "part": _count,
        "parts": _count,
        "nodes": _list(_node, MAX_NODES),
        "edges": _list(_pair(_count, _count), 4 * MAX_NODES),
        "left_out": _count,
    },
    "figure": {"name": _label, "step": _maybe(_count), "png": _png, "width": _count, "height": _count},
    "histogram": {
        "name": _name,
        "step": _maybe(_count),
        "edges": _list(_number, MAX_BINS + 1, least=2),
        "counts": _list(_amount, MAX_BINS, least=1),
    },
    "text": {"name": _name, "step": _maybe(_count), "text": _text(MAX_TEXT)},
    "inspection": {
        "id": _label,
        "of": _one_of(frozenset({"modules", "tensor", "activations", "parameters"})),
        "name": _label,
        "step": _maybe(_count),
        "error": _text(500),
        "modules": _list(_module, MAX_LISTED),
        "tensors": _list(_tensor, MAX_LISTED),
    },
    "diagnosis": {
        "code": _one_of(DIAGNOSES),
        "step": _count,
        "message": _text(500, least=1),
        "metric": _name,
        "evidence": _list(_pair(_count, _value), 200),
    },
    "verdict": {"passed": _bool, "checks": _list(_graded, 32)},
}

_AGREEMENTS: dict[str, Callable[[dict[str, Any]], None]] = {"figure": _check_size, "histogram": _check_bins}
"""Where fields that are right by themselves must also agree with each other."""
