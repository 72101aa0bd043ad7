"""How many training steps a listing will take, where its loops say so.

Asked once, at the first backward pass: for each frame of the student's on the stack, the loops around the line being
executed are found in the source, and the length of what they run over is worked out from the frame's variables. The
product over all of them is the total. One loop that cannot be understood, or a condition in between, and there is none.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any

_ARITHMETIC: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.FloorDiv: lambda a, b: a // b,
}
_WRAPPERS = ("enumerate", "tqdm", "trange")


class _Unclear(Exception):
    """The number of steps cannot be told."""


def total_steps(code: str, filename: str) -> int | None:
    """The number of backward passes that the loops now running will make, or none."""
    try:
        tree = ast.parse(code)
        frames = [frame for frame in _stack() if frame.f_code.co_filename == filename]
        lengths = [length for frame in frames for length in _lengths(tree, frame)]
    except (_Unclear, SyntaxError, RecursionError, ArithmeticError):
        return None
    total = 1
    for length in lengths:
        total *= length
    return total if lengths and 0 < total < 2**53 else None


def _stack() -> list[FrameType]:
    frames = []
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        frames.append(frame)
        frame = frame.f_back
    return frames


def _lengths(tree: ast.Module, frame: FrameType) -> list[int]:
    """Of the loops around the frame's line, within its own function."""
    names = {**frame.f_globals, **frame.f_locals}
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
    for node in ast.walk(loop):
        if isinstance(node, ast.Break | ast.Return):
            raise _Unclear
    calls = [
        node.func.attr for node in ast.walk(loop) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    if calls.count("backward") > 1:
        raise _Unclear


def _length(node: ast.expr, names: Mapping[str, Any]) -> int:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute) and node.args:
        called = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        if called in ("range", "trange"):
            return len(range(*(_integer(argument, names) for argument in node.args)))
        if called in _WRAPPERS:
            return _length(node.args[0], names)
    if isinstance(node, ast.Name):
        return _sized(names.get(node.id))
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
    elif isinstance(node, ast.Name):
        value = names.get(node.id)
    elif isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        value = _ARITHMETIC[type(node.op)](_integer(node.left, names), _integer(node.right, names))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len" and node.args:
        value = _length(node.args[0], names)
    else:
        raise _Unclear
    if not isinstance(value, int):
        raise _Unclear
    return value
