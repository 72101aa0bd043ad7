"""What a cell may claim: shapes, sizes, rates."""

from __future__ import annotations

import json
from typing import Any

import pytest

from workers.runner import policy
from workers.runner.claims import Absurd, Claims, check


def _line(type_: str = "metric", **data: Any) -> bytes:
    return json.dumps({"type": type_, "data": data}).encode()


def _metric(points: object = ((1, 2.5),), name: object = "loss", kind: object = "loss") -> bytes:
    return _line(name=name, kind=kind, points=points)


def test_a_sound_metric_passes() -> None:
    claim = check(_metric([[1, 2.5], [2, "NaN"], [3, "-Infinity"], [4, 3]]))
    assert claim.data == {"name": "loss", "kind": "loss", "points": [[1, 2.5], [2, "NaN"], [3, "-Infinity"], [4, 3.0]]}


def test_only_known_fields_pass() -> None:
    assert check(_line(name="a", kind="scalar", points=[[1, 1]], more="x")).data.keys() == {"name", "kind", "points"}


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"[" * 60_000,
        b'{"type":"metric"}',
        b'{"type":"exit","data":{}}',
        b'{"type":["metric"],"data":{}}',
        b'{"type":"metric","data":{"name":"loss","kind":"loss","points":[[1,NaN]]}}',
        b'{"type":"metric","data":{"name":"loss","kind":"loss","points":[[1,1e999]]}}',
        b'{"type":"metric","data":{"name":"loss","kind":"loss","points":[[1,' + b"9" * 5000 + b"]]}}",
        _metric([]),
        _metric([[1]]),
        _metric([[1, 2, 3]]),
        _metric([[-1, 2]]),
        _metric([[1.5, 2]]),
        _metric([[True, 2]]),
        _metric([[1, True]]),
        _metric([[1, None]]),
        _metric([[1, "nan"]]),
        _metric([[2**60, 2]]),
        _metric([[1, 2]] * 2001),
        _metric("ab"),
        _metric(name=""),
        _metric(name="x" * 81),
        _metric(name="a\nb"),
        _metric(name=3),
        _metric(kind="accuracy"),
        _line("progress", step=1, total=2),
        _line("progress", step=1, total=-2, rate=1),
        _line("progress", step=1, total=2, rate=-1),
        _line("progress", step=1, total=2, rate="NaN"),
        _line("started", x=1),
        _line("end", message=3),
        b"x" * 65_537,
    ],
)
def test_what_our_harness_would_not_write_does_not_pass(line: bytes) -> None:
    with pytest.raises(Absurd):
        check(line)


def test_lines_are_joined_over_reads() -> None:
    claims = Claims()
    line = _metric() + b"\n"
    assert claims.hear(line[:7]) == []
    assert [claim.type for claim in claims.hear(line[7:] + line)] == ["metric", "metric"]
    assert claims.dropped == 0


def test_a_line_without_end_is_dropped_once_and_the_next_is_heard() -> None:
    claims = Claims()
    for _ in range(5):
        assert claims.hear(b"x" * 60_000) == []
    assert [claim.type for claim in claims.hear(b"rest\n" + _metric() + b"\n")] == ["metric"]
    assert claims.dropped == 1


def test_a_flood_is_bounded_and_counted() -> None:
    claims = Claims()
    heard = claims.hear((_metric() + b"\n") * 2000)
    assert policy.EVENTS_BURST <= len(heard) < policy.EVENTS_BURST + 100
    assert claims.dropped == 2000 - len(heard)


def test_a_message_is_cut_and_made_encodable() -> None:
    claim = check(b'{"type":"end","data":{"message":"\\ud800' + b"x" * 900 + b'"}}')
    assert len(claim.data["message"]) == 500
    assert claim.data["message"].encode()
