"""The autograd graph of the first backward pass: its nodes, how they hang together, and the line that made each.

torch itself can note where a node of the graph is made: its anomaly mode does, by asking `torch.fx.traceback` for the
stack. Until the first backward pass that mode is on, without its search for NaN, and the answer is the line of the
listing alone (4 µs a node). It is off before that pass begins, so no pass ever runs in it, and what is calculated is the
same to the last bit. Where the student turns anomaly detection on, theirs is what happens, and there are no lines.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from typing import Any

import torch
import torch.fx.traceback

from workers.harness.tensors import BASE
from workers.shapes import MAX_NAME

MOST_NODES = 2000
_COUNTED = 50_000
"""Nodes beyond the most that are told are counted so far, and no further."""

_RECORDED = 20_000
"""A program that makes more nodes than this before its first backward pass (or never makes one) is left alone."""

_NODES = 250
_EDGES = 4 * _NODES
"""Of one part: with names as long as they may be it still fits into an event."""

_DIMENSIONS = 16
_NOTE = "traceback_"
_OWN: Any = torch._C._FunctionBase
"""What nodes of a function of the student's are; they may have attributes of the same names as torch's."""


class Recorder:
    """Notes lines from `begin` to `end`."""

    def __init__(self) -> None:
        self._recording = False
        self._listing = ""
        self._left = 0
        self._format_stack = torch.fx.traceback.format_stack
        self._enabled = torch.is_anomaly_enabled

    def install(self) -> None:
        """Put ourselves where torch asks for the stack, for the life of this process and its forks."""
        torch.fx.traceback.format_stack = self._note
        torch.is_anomaly_enabled = self._is_enabled
        os.register_at_fork(after_in_child=self.end)

    def begin(self, listing: str) -> None:
        """Note the lines of this file, until told to end."""
        self._listing, self._left, self._recording = listing, _RECORDED, True
        torch.set_anomaly_enabled(True, False)

    def end(self) -> None:
        """Leave torch as it was. Harmless when repeated."""
        if self._recording:
            self._recording = False
            if not torch.is_anomaly_check_nan_enabled():
                torch.set_anomaly_enabled(False)

    def _is_enabled(self) -> bool:
        """Whether the student turned it on: who does so for a while puts back what this has said."""
        return self._enabled() and (not self._recording or torch.is_anomaly_check_nan_enabled())

    def _note(self) -> list[str]:
        if not self._recording or torch.is_anomaly_check_nan_enabled():
            return self._format_stack()
        self._left -= 1
        if not self._left:
            self.end()
        frame = sys._getframe(1)
        while frame.f_code.co_filename != self._listing:
            if frame.f_back is None:
                return []
            frame = frame.f_back
        return [_Note(frame.f_lineno)]


class _Note(str):
    """What torch keeps as the traceback of a node; reads as one, should torch show it."""

    line: int

    def __new__(cls, line: int) -> _Note:
        note = super().__new__(cls, f'  File "listing.py", line {line}\n')
        note.line = line
        return note


def draw(loss: torch.Tensor, names: dict[int, str]) -> list[dict[str, Any]]:
    """The `graph` events of what `loss` was made from, the loss first; `names` are those of tensors, by `id`.

    3 µs a node. Holds on to nothing.
    """
    nodes, edges, left_out = _walk(BASE.grad_fn.__get__(loss))
    told = [
        {"id": n, "op": _op(node), "line": _line(node), "label": _label(node, names), "shape": _shape(node)}
        for n, node in enumerate(nodes)
    ]
    parts = max(-(-len(told) // _NODES), -(-len(edges) // _EDGES))
    return [
        {
            "part": part + 1,
            "parts": parts,
            "nodes": told[part * _NODES : (part + 1) * _NODES],
            "edges": edges[part * _EDGES : (part + 1) * _EDGES],
            "left_out": left_out,
        }
        for part in range(parts)
    ]


def _walk(root: Any) -> tuple[list[Any], list[list[int]], int]:
    """Breadth first, so that what is left out of a large graph is what is farthest from the loss."""
    numbers: dict[Any, int] = {}
    nodes: list[Any] = []
    edges: list[list[int]] = []
    waiting = deque([] if root is None else [root])
    for node in waiting:
        numbers[node] = len(numbers)
    while waiting:
        node = waiting.popleft()
        nodes.append(node)
        for source, _ in _read(node, "next_functions"):
            if source is None:
                continue
            if source not in numbers and len(numbers) < _COUNTED:
                numbers[source] = len(numbers)
                waiting.append(source)
            if numbers.get(source, MOST_NODES) < MOST_NODES and len(nodes) <= MOST_NODES:
                edges.append([numbers[node], numbers[source]])
    return nodes[:MOST_NODES], edges, max(0, len(nodes) - MOST_NODES)


def _op(node: Any) -> str:
    """As torch prints it; the name of a class of the student's may be anything."""
    return "".join(letter if letter.isprintable() else "?" for letter in type(node).__name__)[:MAX_NAME] or "?"


def _line(node: Any) -> int | None:
    notes = _read(node, "metadata").get(_NOTE)
    return notes[0].line if type(notes) is list and notes and type(notes[0]) is _Note else None


def _shape(node: Any) -> list[int] | None:
    """Of the one tensor that the node made; none where it made several, or torch does not say."""
    made = _read(node, "_input_metadata")
    try:
        return [int(side) for side in made[0].shape] if len(made) == 1 and len(made[0].shape) <= _DIMENSIONS else None
    except (AttributeError, RuntimeError):  # nested tensors have no shape; a symbolic side has no number
        return None


def _read(node: Any, name: str) -> Any:
    return getattr(_OWN, name).__get__(node) if issubclass(type(node), _OWN) else getattr(node, name)


def _label(node: Any, names: dict[int, str]) -> str:
    """Leaves carry the name of the tensor whose gradient gathers there."""
    variable = getattr(node, "variable", None) if type(node).__name__ == "AccumulateGrad" else None
    return names.get(id(variable), "")[:MAX_NAME] if variable is not None else ""
