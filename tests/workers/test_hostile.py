"""Whatever arrives, only what the contract names comes out: hostile bytes and hostile JSON against everything that parses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.workers.messages import DATA, json_values, leaves, messages
from workers.protocol import (
    EVENT_TYPES,
    MAX_EVENT_BYTES,
    BadMessage,
    Event,
    Message,
    decode,
    encode,
    parse_entry_id,
)
from workers.shapes import BadShape, rebuild
from workers.sieve import Sieve

SETTINGS = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@SETTINGS
@given(messages())
def test_every_message_is_read_as_it_was_written(message: Message) -> None:
    line = encode(message)
    assert line.count(b"\n") == 1
    assert decode(line) == message
    assert decode(line.decode()) == message


@SETTINGS
@given(st.binary(max_size=300))
def test_bytes_are_no_message(line: bytes) -> None:
    with pytest.raises(BadMessage):
        decode(line)


@SETTINGS
@given(messages(), st.data())
def test_damaged_bytes_are_refused_or_still_a_message(message: Message, data: st.DataObject) -> None:
    line = bytearray(encode(message))
    at = data.draw(st.integers(0, len(line)))
    line[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    check_decoding(bytes(line))


@SETTINGS
@given(messages(), st.data())
def test_fields_of_any_value_are_refused_or_still_a_message(message: Message, data: st.DataObject) -> None:
    raw = json.loads(encode(message))
    for name in data.draw(st.lists(st.sampled_from(sorted(raw)), max_size=2)):
        raw[name] = data.draw(json_values)
    check_decoding(json.dumps(raw))


@SETTINGS
@given(st.text(max_size=40))
def test_what_is_no_id_is_refused(text: str) -> None:
    try:
        fence, seq = parse_entry_id(text)
    except BadMessage:
        return
    assert fence >= 0
    assert seq >= 0


@pytest.mark.parametrize("kind", sorted(EVENT_TYPES))
@settings(SETTINGS, max_examples=50)
@given(st.data())
def test_what_an_event_may_hold_is_taken(kind: str, data: st.DataObject) -> None:
    check_rebuilt(kind, rebuild(kind, data.draw(DATA[kind])))


@pytest.mark.parametrize("kind", sorted(EVENT_TYPES))
@settings(SETTINGS, max_examples=100)
@given(st.data())
def test_what_an_event_may_not_hold_is_refused_or_rebuilt(kind: str, data: st.DataObject) -> None:
    check_rebuilding(kind, spoil(data.draw(DATA[kind]), data))


@SETTINGS
@given(st.text(max_size=20) | st.sampled_from(sorted(EVENT_TYPES)), json_values)
def test_any_json_is_refused_or_rebuilt(kind: str, value: object) -> None:
    check_rebuilding(kind, value)


@SETTINGS
@given(st.lists(st.tuples(st.sampled_from(sorted(EVENT_TYPES)), json_values), max_size=5))
def test_the_sieve_lets_only_sound_events_through(claims: list[tuple[str, Any]]) -> None:
    sieve = Sieve()
    texts = [text for kind, data in claims for text in sieve.take(Event(seq=1, at=0.0, type=kind, data=data))]
    taken = [decode(text) for text in texts]
    assert [event.seq for event in taken if isinstance(event, Event)] == list(range(1, len(texts) + 1))


def test_a_nest_that_is_too_deep_is_refused() -> None:
    nest: Any = []
    for _ in range(100_000):
        nest = [nest]
    for kind in EVENT_TYPES:
        with pytest.raises(BadShape):
            rebuild(kind, {"text": nest, "points": nest, "modules": nest})
    with pytest.raises(BadMessage):
        encode(Event(seq=1, at=0.0, type="stdout", data={"text": nest}))
    while nest:  # Python itself cannot let go of such a nest at once
        nest = nest.pop()


def spoil(value: Any, data: st.DataObject) -> Any:
    """The same with one part, somewhere inside, replaced, left out or added."""
    if isinstance(value, dict) and value and data.draw(st.booleans()):
        name = data.draw(st.sampled_from(sorted(value)))
        return {**value, name: spoil(value[name], data)}
    if isinstance(value, dict) and data.draw(st.booleans()):
        name = data.draw(st.sampled_from(sorted(value)) if value else st.text(max_size=5))
        return {key: inner for key, inner in value.items() if key != name}
    if isinstance(value, list) and value and data.draw(st.booleans()):
        return [spoil(value[0], data), *value[1:]]
    return data.draw(leaves | json_values)


def check_decoding(line: bytes | str) -> None:
    try:
        message = decode(line)
    except BadMessage:
        return
    assert decode(encode(message)) == message


def check_rebuilding(kind: str, value: object) -> None:
    try:
        rebuilt = rebuild(kind, value)
    except BadShape:
        return
    check_rebuilt(kind, rebuilt)


def check_rebuilt(kind: str, rebuilt: dict[str, Any]) -> None:
    """It can be sent, arrives as it is, and is not changed by being checked again."""
    assert rebuild(kind, rebuilt) == rebuilt
    line = encode(Event(seq=1, at=0.0, type=kind, data=rebuilt))
    event = decode(line)
    assert isinstance(event, Event)
    assert event.data == rebuilt
    assert len(line) < 20 * MAX_EVENT_BYTES
