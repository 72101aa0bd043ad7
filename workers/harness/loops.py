"""How many training steps and epochs a listing will take, where its loops say so.

Asked once, at the first backward pass: for each frame of the student's on the stack, the loops around the line being
executed are found in the source, and the length of what they run over is worked out from the frame's variables. The
product over all of them is the number of passes, the length of the outermost the number of epochs. Where one of them
cannot be understood, or there is a condition in between, there is no product; where the outermost counts through a
`range`, the epochs are known all the same.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any

import torch

from workers.harness.names import attributes, release

_ARITHMETIC: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.FloorDiv: lambda a, b: a // b,
}
_WRAPPERS = ("enumerate", "tqdm", "trange")
_MOST = 2**53


class _Unclear(Exception):
    """The number of steps cannot be told."""


@dataclass(frozen=True, slots=True)
class Counter:
    """A global variable of the listing that a loop counts through a range."""

    scope: Mapping[str, Any]
    name: str
    through: range

    def epoch(self) -> int | None:
        """The turn that the loop is in, from 1; none when the variable has become something else."""
        value = self.scope.get(self.name)
        return self.through.index(value) + 1 if type(value) is int and value in self.through else None


@dataclass(frozen=True, slots=True)
class Plan:
    """What the loops say: backward passes in all, and turns of the outermost loop; `counter` where only that is known."""

    epochs: int
    passes: int | None = None
    counter: Counter | None = None


def plan(code: str, filename: str) -> Plan | None:
    """Of the loops that now run in this thread, or none."""
    try:
        tree = ast.parse(code)
        frames = [frame for frame in _stack() if frame.f_code.co_filename == filename]
    except (SyntaxError, RecursionError, ValueError):
        return None
    try:
        lengths = [length for frame in reversed(frames) for length in _lengths(tree, frame)]
        passes = _product(lengths)
        return Plan(lengths[0], passes) if lengths and 0 < passes < _MOST else None
    except (_Unclear, RecursionError, ArithmeticError):
        counter = _outer_counter(tree, frames[-1]) if frames else None
        return Plan(len(counter.through), counter=counter) if counter else None


def _product(lengths: list[int]) -> int:
    passes = 1
    for length in lengths:
        passes *= length
    return passes


def _outer_counter(tree: ast.Module, frame: FrameType) -> Counter | None:
    """Of the outermost loop of the listing itself, if it counts through a range to its end."""
    loops = [node for node in _around(tree, frame.f_lineno) if isinstance(node, ast.For | ast.While | ast.AsyncFor)]
    if not loops or not isinstance(loops[0], ast.For) or not isinstance(target := loops[0].target, ast.Name):
        return None
    try:
        _check_ends(loops[0])
        through = _range(loops[0].iter, frame.f_globals)
    except (_Unclear, RecursionError, ArithmeticError):
        return None
    return Counter(frame.f_globals, target.id, through) if 0 < len(through) < _MOST else None


def _stack() -> list[FrameType]:
    frames = []
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        frames.append(frame)
        frame = frame.f_back
    return frames


def _lengths(tree: ast.Module, frame: FrameType) -> list[int]:
    """Of the loops around the frame's line, within its own function."""
    names = {**frame.f_globals, **frame.f_locals}
    release(frame)
    lengths: list[int] = []
    for node in _around(tree, frame.f_lineno):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            lengths.clear()
        elif isinstance(node, ast.For):
            _check_plain(node)
            lengths.append(_length(node.iter, names))
        elif isinstance(node, ast.While | ast.AsyncFor) or (isinstance(node, ast.If) and lengths):
            raise _Unclear
    return lengths


def _around(node: ast.AST, line: int) -> list[ast.AST]:
    """The nodes that contain the line, outermost first."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt) and child.lineno <= line <= (child.end_lineno or child.lineno):
            return [child, *_around(child, line)]
    return []


def _check_plain(loop: ast.For) -> None:
    """A loop that can end early, or that differentiates at several places, has no length to rely on."""
    _check_ends(loop)
    calls = [
        node.func.attr for node in ast.walk(loop) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    if calls.count("backward") > 1:
        raise _Unclear


def _check_ends(loop: ast.For) -> None:
    if any(isinstance(node, ast.Break | ast.Return) for node in ast.walk(loop)):
        raise _Unclear


def _length(node: ast.expr, names: Mapping[str, Any]) -> int:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute) and node.args:
        called = _called(node)
        if called == "zip":
            return min(_length(argument, names) for argument in node.args)
        if called in _WRAPPERS and called != "trange":
            return _length(node.args[0], names)
        return len(_range(node, names))
    return _sized(_value(node, names))


def _range(node: ast.expr, names: Mapping[str, Any]) -> range:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute) and node.args:
        called = _called(node)
        if called == "tqdm":
            return _range(node.args[0], names)
        if called in ("range", "trange") and len(node.args) <= 3:
            return range(*(_integer(argument, names) for argument in node.args))
    raise _Unclear


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else node.func.attr  # type: ignore[attr-defined]


def _value(node: ast.expr, names: Mapping[str, Any]) -> object:
    """Of `name`, `self.name`, `config["name"]`: looked up without asking any code of the student's."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        return attributes(_value(node.value, names)).get(node.attr)
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        held = _value(node.value, names)
        if type(held) is dict:
            return held.get(node.slice.value)
    raise _Unclear


def _sized(value: object) -> int:
    """Only kinds whose `__len__` is not the student's: nobody wants to be counted by code of his own."""
    module = type(value).__module__.partition(".")[0]
    if module not in ("builtins", "torch") or not hasattr(value, "__len__"):
        raise _Unclear
    try:
        return len(value)
    except Exception as error:  # a DataLoader's length asks the student's dataset
        raise _Unclear from error


def _integer(node: ast.expr, names: Mapping[str, Any]) -> int:
    if isinstance(node, ast.Constant):
        value: object = node.value
    elif isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        value = _ARITHMETIC[type(node.op)](_integer(node.left, names), _integer(node.right, names))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len" and node.args:
        value = _length(node.args[0], names)
    elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
        value = _extent(_value(node.value.value, names), _integer(node.slice, names))
    else:
        value = _value(node, names)
    if type(value) is not int:
        raise _Unclear
    return value


def _extent(value: object, dimension: int) -> int:
    """Of `x.shape[0]`."""
    if type(value) is not torch.Tensor or not -value.dim() <= dimension < value.dim():
        raise _Unclear
    return value.shape[dimension]
