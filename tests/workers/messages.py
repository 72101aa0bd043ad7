"""Hypothesis strategies: messages of every kind, data of every type of event, and JSON that nobody would write."""

from __future__ import annotations

import base64
import struct
from dataclasses import is_dataclass
from types import NoneType
from typing import Any, get_args, get_origin

from hypothesis import strategies as st

from workers.protocol import LAST_SEQ, SIGHTS, VERBS, Message, State
from workers.protocol.codec import HINTS
from workers.shapes import DIAGNOSES, MAX_SIDE, METRIC_KINDS, SPECIAL_VALUES

KINDS: tuple[type[Message], ...] = get_args(Message)

numbers = st.one_of(
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.sampled_from([0, -0.0, 2**53, 2**53 + 1, 1e308, 1.0000001e308, 10**400, float("nan"), True]),
)
texts = st.one_of(st.text(max_size=20), st.sampled_from(["", "NaN", "\ud800", "a\0b", "x" * 101, "\u2028", "é"]))
leaves = st.one_of(st.none(), st.booleans(), numbers, texts)
json_values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=12
)

runs = st.from_regex(r"\A[0-9A-Za-z-]{1,64}\Z")
marks = st.integers(0, LAST_SEQ)
finite = st.floats(allow_nan=False, allow_infinity=False)
plain = st.text(st.characters(codec="utf-8"), max_size=50)

counts = st.integers(0, 2**53)
names = st.text(st.characters(codec="ascii", min_codepoint=32, max_codepoint=126), min_size=1, max_size=100)
values = st.one_of(st.floats(-1e308, 1e308), st.integers(-(2**60), 2**60), st.sampled_from(sorted(SPECIAL_VALUES)))
amounts = st.floats(0, 1e308)
points = st.lists(st.tuples(counts, values).map(list), min_size=1, max_size=5)
sides = st.integers(1, MAX_SIDE)
statistics = st.fixed_dictionaries(
    {**dict.fromkeys(("min", "max", "mean", "std"), values), **dict.fromkeys(("zeros", "nan", "inf"), counts)}
)


def draw_picture(width: int, height: int, rest: bytes = b"") -> str:
    """The beginning of a PNG of this size, in base64."""
    return base64.b64encode(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height) + rest).decode()


def make_figure(name: str, width: int, height: int, rest: bytes, step: int | None) -> dict[str, Any]:
    return {"name": name, "step": step, "png": draw_picture(width, height, rest), "width": width, "height": height}


def _maybe(part: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), part)


tensors = st.fixed_dictionaries(
    {"name": names, "shape": st.lists(counts, max_size=4), "dtype": names, "device": names},
    optional={"statistics": statistics, "values": st.lists(values, max_size=5), "gradient": _maybe(statistics)},
)
modules = st.fixed_dictionaries({"name": names, "type": names, "parameters": counts})
nodes = st.fixed_dictionaries({"id": counts, "op": names, "label": names}, optional={"line": _maybe(counts)})
console = st.fixed_dictionaries({"text": texts})

DATA: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "state": st.fixed_dictionaries({"state": st.sampled_from([State.STARTING, State.RUNNING, State.PAUSED])}),
    "stdout": console,
    "stderr": console,
    "notice": console,
    "metric": st.fixed_dictionaries({"name": names, "kind": st.sampled_from(sorted(METRIC_KINDS)), "points": points}),
    "progress": st.fixed_dictionaries(
        {"step": counts},
        optional={
            **dict.fromkeys(("total", "epoch", "epochs"), _maybe(counts)),
            **dict.fromkeys(("rate", "left_s"), _maybe(amounts)),
        },
    ),
    "graph": st.fixed_dictionaries(
        {
            **dict.fromkeys(("part", "parts", "left_out"), counts),
            "nodes": st.lists(nodes, max_size=4),
            "edges": st.lists(st.tuples(counts, counts).map(list), max_size=4),
        }
    ),
    "figure": st.builds(make_figure, names, sides, sides, st.binary(max_size=50), _maybe(counts)),
    "histogram": st.integers(1, 6).flatmap(
        lambda bins: st.fixed_dictionaries(
            {
                "name": names,
                "edges": st.lists(st.floats(-1e308, 1e308), min_size=bins + 1, max_size=bins + 1),
                "counts": st.lists(amounts, min_size=bins, max_size=bins),
            }
        )
    ),
    "text": st.fixed_dictionaries({"name": names, "text": texts}, optional={"step": _maybe(counts)}),
    "inspection": st.fixed_dictionaries(
        {
            "id": names,
            "of": st.sampled_from(["modules", "tensor", "activations", "parameters"]),
            "name": names,
            "error": texts,
            "modules": st.lists(modules, max_size=3),
            "tensors": st.lists(tensors, max_size=3),
        },
        optional={"step": _maybe(counts)},
    ),
    "diagnosis": st.fixed_dictionaries(
        {
            "code": st.sampled_from(sorted(DIAGNOSES)),
            "step": counts,
            "message": plain.filter(bool),
            "metric": names,
            "evidence": points,
        }
    ),
    "verdict": st.fixed_dictionaries(
        {
            "passed": st.booleans(),
            "checks": st.lists(
                st.fixed_dictionaries({"name": texts, "passed": st.booleans(), "message": texts}), max_size=3
            ),
        }
    ),
}
"""What `rebuild` must take, by type of event."""

RANGES: dict[str, st.SearchStrategy[Any]] = {
    "run": runs,
    "fence": marks,
    "seq": marks,
    "last_seq": marks,
    "verb": st.sampled_from(sorted(VERBS)),
    "of": st.sampled_from(sorted(SIGHTS)),
    "device": st.sampled_from(["cpu", "gpu"]),
    "type": st.sampled_from(sorted(DATA)),
}
"""Fields whose values are fewer than their type says, by name."""


def messages() -> st.SearchStrategy[Message]:
    """Messages of every kind, from the annotations of their fields."""
    return st.one_of(*(_message(kind) for kind in KINDS))


def _message(kind: type[Message]) -> st.SearchStrategy[Any]:
    return st.builds(kind, **_fields(kind))


def _fields(shape: Any) -> dict[str, st.SearchStrategy[Any]]:
    return {name: RANGES[name] if name in RANGES else _field(hint) for name, hint in HINTS[shape].items()}


def _field(hint: Any) -> st.SearchStrategy[Any]:
    if is_dataclass(hint):
        return st.builds(hint, **_fields(hint))  # type: ignore[arg-type]
    if NoneType in get_args(hint):
        return _maybe(_field(get_args(hint)[0]))
    if get_origin(hint) is list:
        return st.lists(_field(get_args(hint)[0]), max_size=2)
    if get_origin(hint) is dict:
        return st.dictionaries(plain, st.dictionaries(plain, finite, max_size=2), max_size=2)
    return {int: st.integers(-(2**53), 2**53), float: finite, str: plain, bool: st.booleans()}.get(
        hint, st.sampled_from(State)
    )
