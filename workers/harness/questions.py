"""Answers the questions of a grading run, once the code has run: each call is evaluated where the code ran.

Nothing here judges: the process that holds this line also holds the student's code, so an answer is worth no more than
the numbers in it. What is expected of them is compared outside and never comes here.
"""

from __future__ import annotations

import math
from typing import Any

import torch

from workers.harness import blame
from workers.harness.wire import Wire
from workers.protocol import Question, Tensor, decode

_MOST_VALUES = 20_000
"""Larger tensors are told by their shape; no check expects as many."""


class NotNumbers(TypeError):
    """The call gave something that no number can be read from."""


def answer(wire: Wire, names: dict[str, Any]) -> None:
    """Say that the code has run, and answer until the supervisor ends this process."""
    wire.tell("asking", {})
    while isinstance(question := decode(wire.read_line()), Question):
        wire.tell("answer", _answer(question, names))


def _answer(question: Question, names: dict[str, Any]) -> dict[str, Any]:
    try:
        numbers = _evaluate(question, names)
    except BaseException as error:  # noqa: BLE001 - whatever the student's code raised is the answer
        return {"shape": [], "values": [], "error": blame.sentence(error)}
    values = numbers.reshape(-1).tolist() if numbers.numel() <= _MOST_VALUES else []
    return {"shape": list(numbers.shape), "values": [_spelt(value) for value in values], "error": ""}


def _evaluate(question: Question, names: dict[str, Any]) -> torch.Tensor:
    """The call's value as a tensor of 64-bit floats; the inputs hide names of the student's for this call only."""
    inputs = {tensor.name: _tensor(tensor) for tensor in question.inputs}
    with torch.no_grad():
        return _read(eval(question.call, {**names, **inputs}))  # noqa: S307 - the author's words, in the sandbox


def _tensor(tensor: Tensor) -> torch.Tensor:
    """Of the type that `torch.tensor` gives to floats in the student's program."""
    return torch.tensor(tensor.values, dtype=torch.get_default_dtype()).reshape(tensor.shape)


def _read(value: object) -> torch.Tensor:
    """Tensors, arrays, numbers, booleans, and lists of them that make a full rectangle."""
    if isinstance(value, list | tuple) and any(isinstance(item, torch.Tensor | list | tuple) for item in value):
        return torch.stack([_read(item) for item in value])
    try:
        numbers = torch.as_tensor(value)
    except (TypeError, ValueError, RuntimeError) as error:
        raise NotNumbers(f"{type(value).__name__} is not a tensor or a number") from error
    if numbers.is_complex():
        raise NotNumbers("the values are complex")
    return numbers.detach().to("cpu", torch.float64)


def _spelt(value: float) -> float | str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value
