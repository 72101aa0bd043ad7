"""Every message survives the wire, and nothing else does."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from redis import Redis

from workers.protocol import (
    APPEND,
    LAST_SEQ,
    BadMessage,
    Event,
    Exit,
    Finished,
    Job,
    Limits,
    Message,
    Reached,
    State,
    Stop,
    broker_url,
    decode,
    encode,
    entry_id,
    parse_entry_id,
)

EXIT = Exit(
    outcome=State.FAILED, message="NameError: x", exit_code=None, cpu_s=1, wall_s=2.5, peak_mb=300.0, last_seq=7
)
MESSAGES: list[Message] = [
    Job(run="a-run", fence=1, code="print('é\n')", limits=Limits(wall_s=1.5, cores=1)),
    Stop(run="a-run"),
    Event(seq=1, at=0.5, type="metric", data={"name": "loss", "points": [[1, "NaN"], [2, 0.5]]}),
    EXIT,
    Reached(run="a-run", fence=2, seq=2, state=State.RUNNING, worker="runs@here"),
    Finished(run="a-run", fence=2, exit=EXIT, metrics={"loss": {"count": 1, "last": 0.5}}),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.kind)
def test_a_message_is_read_as_it_was_written(message: Message) -> None:
    line = encode(message)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert decode(line) == message


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"{}",
        b'{"kind":null}',
        b'{"kind":["job"]}',
        b'{"kind":"telegram"}',
        b'{"kind":"stop"}',
        b'{"kind":"stop","run":7}',
        b'{"kind":"stop","run":true}',
        b'{"kind":"stop","run":"a","more":1}',
        b'{"kind":"stop","run":"../../etc"}',
        b'{"kind":"stop","run":"a\\n"}',
        b'{"kind":"stop","run":""}',
        b'{"kind":"event","seq":-1,"at":0,"type":"stdout","data":{}}',
        b'{"kind":"event","seq":1.5,"at":0,"type":"stdout","data":{}}',
        b'{"kind":"event","seq":99999999999999999999,"at":0,"type":"stdout","data":{}}',
        b'{"kind":"event","seq":1,"at":NaN,"type":"stdout","data":{}}',
        b'{"kind":"event","seq":1,"at":1e999,"type":"stdout","data":{}}',
        b'{"kind":"event","seq":1,"at":0,"type":"explosion","data":{}}',
        b'{"kind":"event","seq":1,"at":0,"type":"stdout","data":[]}',
        b'{"kind":"event","seq":1,"at":0,"type":"stdout","data":{"text":NaN}}',
        b'{"kind":"event","seq":1,"at":0,"type":"stdout","data":{"text":[1e999]}}',
        b'{"kind":"event","seq":1,"at":0,"type":"stdout","data":{"text":' + b"9" * 5000 + b"}}",
        b'{"kind":"job","run":"a","fence":1,"code":"x","limits":{"cores":null}}',
        b'{"kind":"job","run":"a","fence":1,"code":"x","limits":{"cpus":1}}',
        b'{"kind":"finished","run":"a","fence":1,"exit":null,"metrics":{}}',
        b'{"kind":"finished","run":"a","fence":1,"exit":{"outcome":"great"},"metrics":{}}',
        b"[" * 100_000,
        b'{"kind":"event","seq":1,"at":0,"type":"stdout","data":' + b'{"a":' * 50_000,
    ],
)
def test_what_is_no_message_is_refused(line: bytes) -> None:
    with pytest.raises(BadMessage):
        decode(line)


def test_a_number_that_json_does_not_know_is_not_written() -> None:
    with pytest.raises(BadMessage):
        encode(Event(seq=1, at=float("nan"), type="stdout", data={}))


def test_any_damage_is_refused_or_still_a_message() -> None:
    """Fuzz: bytes flipped, cut out and doubled. Only `BadMessage` may come out, whatever goes in."""
    chance = random.Random(7)  # noqa: S311 (the same damage every time)
    for _ in range(5000):
        line = bytearray(encode(chance.choice(MESSAGES)))
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(line))
            line[at : at + chance.randint(0, 3)] = bytes(
                chance.choices(b'{}[]",:0159eE.-\x00\xff ntf', k=chance.randint(0, 3))
            )
        try:
            message = decode(bytes(line))
        except BadMessage:
            continue
        assert decode(encode(message)) == message


def test_values_of_every_wrong_type_are_refused() -> None:
    wrong: list[object] = [None, True, 1, 1.5, "x", [], {}, [[]], {"a": 1}]
    for message in MESSAGES:
        raw = json.loads(encode(message))
        for name in raw.keys() - {"kind"}:
            for value in wrong:
                try:
                    decoded = decode(json.dumps({**raw, name: value}))
                except BadMessage:
                    continue
                assert decode(encode(decoded)) == decoded


def test_ids_compare_as_numbers() -> None:
    assert parse_entry_id(entry_id(2, 9)) < parse_entry_id(entry_id(2, 10)) < parse_entry_id(entry_id(10, 0))
    for text in ("", "1", "1-", "-1", "1-2-3", "1-x", "1-٣", "1" * 16 + "-1"):
        with pytest.raises(BadMessage):
            parse_entry_id(text)


@pytest.mark.parametrize(
    ("valkey_url", "broker"),
    [
        ("redis://host:6379/1", "redis://host:6379/1"),
        ("rediss://u:p@host/0", "rediss://u:p@host/0"),
        ("unix:///run/v.sock?db=3", "redis+socket:///run/v.sock?virtual_host=3"),
        ("unix:///run/v.sock", "redis+socket:///run/v.sock?virtual_host=0"),
        ("unix://worker:p%40ss@/run/v.sock?db=0", "redis+socket://worker:p%40ss@/run/v.sock?virtual_host=0"),
    ],
)
def test_a_unix_socket_is_renamed_for_the_broker(valkey_url: str, broker: str) -> None:
    assert broker_url(valkey_url) == broker


class TestAppend:
    """The script that numbers a run's events."""

    def append(self, valkey: Redis, *ids: str, gapless: bool = True) -> str:
        args: list[str | int] = ["r", 1000, 1000, "1" if gapless else "0"]
        for key in ids:
            args += [key, "{}"]
        answer: Any = valkey.register_script(APPEND)(keys=["run:r"], args=args)
        return str(answer, "ascii")

    def ids(self, valkey: Redis) -> list[str]:
        entries: Any = valkey.xrange("run:r")
        return [key.decode() for key, _ in entries]

    def test_what_is_sent_twice_is_there_once(self, valkey: Redis) -> None:
        assert self.append(valkey, "1-1", "1-2") == "1-2"
        assert self.append(valkey, "1-1", "1-2", "1-3") == "1-3"
        assert self.ids(valkey) == ["1-1", "1-2", "1-3"]
        assert valkey.xlen("bus") == 3

    def test_an_attempt_that_was_given_up_adds_nothing(self, valkey: Redis) -> None:
        self.append(valkey, "1-1", "2-0")
        assert self.append(valkey, "1-2", "1-3") == "2-0"
        assert self.ids(valkey) == ["1-1", "2-0"]

    def test_an_end_from_outside_is_the_last_word(self, valkey: Redis) -> None:
        self.append(valkey, "1-1")
        assert self.append(valkey, f"1-{LAST_SEQ}", gapless=False) == f"1-{LAST_SEQ}"
        assert self.append(valkey, "1-2") == f"1-{LAST_SEQ}"

    def test_a_gap_is_answered_with_what_is_missing(self, valkey: Redis) -> None:
        assert self.append(valkey, "1-5") == "0-0"
        self.append(valkey, "1-1")
        assert self.append(valkey, "1-2", "1-4") == "1-2"
        assert self.ids(valkey) == ["1-1", "1-2"]
