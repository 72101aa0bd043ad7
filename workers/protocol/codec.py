"""One line of JSON for a message, and back: everything checked that can be checked without knowing what it is about."""

from __future__ import annotations

import json
import math
import re
from dataclasses import asdict, is_dataclass
from types import NoneType
from typing import Any, ClassVar, NoReturn, get_args, get_origin, get_type_hints

from workers.protocol.messages import KINDS, Check, Control, Event, Graded, Job, Limits, Message, State, Tensor
from workers.protocol.names import DEVICES, EVENT_TYPES, LAST_SEQ, MAX_CHECKS, SIGHTS, VERBS, BadMessage

_RUN = re.compile(r"[0-9A-Za-z-]{1,64}")


def encode(message: Message) -> bytes:
    """One line of JSON. Raises `BadMessage` for a number that JSON does not know (send NaN and infinities as text)."""
    try:
        text = json.dumps({"kind": message.kind, **_fields(message)}, allow_nan=False, separators=(",", ":"))
    except (ValueError, TypeError, RecursionError) as error:
        raise BadMessage(str(error)) from error
    return text.encode() + b"\n"


def _fields(message: Message) -> dict[str, Any]:
    """An event's data is plain already: to copy it piece by piece is most of what a busy run costs its supervisor."""
    if isinstance(message, Event):
        return {"seq": message.seq, "at": message.at, "type": message.type, "data": message.data}
    return asdict(message)


def decode(line: bytes | str) -> Message:
    """The message on this line. Raises `BadMessage` for anything that `encode` does not make."""
    try:
        raw = json.loads(line, parse_constant=_refuse_constant, parse_float=_read_float)
    except (ValueError, RecursionError) as error:
        raise BadMessage("not JSON") from error
    if not isinstance(raw, dict) or not isinstance(kind := raw.pop("kind", None), str) or kind not in KINDS:
        raise BadMessage("no such kind of message")
    message: Message = _build(KINDS[kind], raw)
    _check_ranges(message)
    return message


def _refuse_constant(text: str) -> NoReturn:
    raise BadMessage(f"{text} is not JSON")


def _read_float(text: str) -> float:
    """Also deep inside an event's data: 1e999 would be read as infinity, which cannot be sent on."""
    if math.isinf(number := float(text)):
        raise BadMessage("a number is too large")
    return number


def _check_ranges(message: Message) -> None:
    if isinstance(message, Event) and message.type not in EVENT_TYPES:
        raise BadMessage(f"no such type of event: {message.type[:40]!r}")
    if isinstance(message, Control) and (message.verb not in VERBS or message.of not in SIGHTS):
        raise BadMessage("no such control")
    if isinstance(message, Job) and (message.device not in DEVICES or len(message.checks) > MAX_CHECKS):
        raise BadMessage("no such device, or too many checks")
    if not _RUN.fullmatch(getattr(message, "run", "-")):
        raise BadMessage("run is not the id of a run")
    for name in ("fence", "seq", "last_seq"):
        if not 0 <= getattr(message, name, 0) <= LAST_SEQ:
            raise BadMessage(f"{name} is out of range")


def _build(shape: Any, raw: Any) -> Any:
    """An instance of the dataclass `shape` from parsed JSON, every field checked against its annotation."""
    if not isinstance(raw, dict):
        raise BadMessage(f"{shape.__name__} is not an object")
    hints = HINTS[shape]
    if unknown := sorted(raw.keys() - hints.keys()):
        raise BadMessage(f"{shape.__name__} has no field {unknown[0][:40]!r}")
    values = {name: _check(name, hints[name], value) for name, value in raw.items()}
    try:
        return shape(**values)
    except TypeError as error:
        raise BadMessage(str(error)) from error


def _check(name: str, hint: Any, value: Any) -> Any:
    if is_dataclass(hint):
        return _build(hint, value)
    if hint is State:
        return _check_state(name, value)
    if NoneType in get_args(hint):
        if value is None:
            return None
        hint = get_args(hint)[0]
    if get_origin(hint) is list:
        return _check_list(name, get_args(hint)[0], value)
    wanted = (int, float) if hint is float else get_origin(hint) or hint
    if not isinstance(value, wanted) or isinstance(value, bool) is not (hint is bool):
        raise BadMessage(f"{name} is not {getattr(hint, '__name__', hint)}")
    if isinstance(value, float) and not math.isfinite(value):
        raise BadMessage(f"{name} is not a finite number")
    return value


def _check_list(name: str, hint: Any, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise BadMessage(f"{name} is not a list")
    return [_check(name, hint, item) for item in value]


def _check_state(name: str, value: Any) -> State:
    try:
        return State(value)
    except ValueError as error:
        raise BadMessage(f"{name} is not a state") from error


def _hints(shape: Any) -> dict[str, Any]:
    return {name: hint for name, hint in get_type_hints(shape).items() if get_origin(hint) is not ClassVar}


HINTS: dict[Any, dict[str, Any]] = {shape: _hints(shape) for shape in (Limits, Tensor, Check, Graded, *KINDS.values())}
