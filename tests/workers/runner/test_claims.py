"""What a cell may claim: shapes, sizes, rates."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from workers.runner import policy
from workers.runner.claims import Absurd, Claim, Claims, check, parse
from workers.shapes import rebuild

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
SOUND: dict[str, dict[str, Any]] = {
    "metric": {"name": "loss", "kind": "loss", "points": [[1, 2.5], [2, "NaN"], [3, "-Infinity"]]},
    "progress": {"step": 3, "total": 10, "rate": 2.5, "epoch": 1, "epochs": 4, "left_s": 1.5},
    "graph": {
        "part": 0,
        "parts": 1,
        "nodes": [{"id": 1, "op": "AddmmBackward0", "line": 3, "label": "model"}],
        "edges": [[1, 2]],
        "left_out": 0,
    },
    "figure": {"name": "curve", "step": None, "png": PNG, "width": 1, "height": 1},
    "histogram": {"name": "weights", "step": 1, "edges": [0.0, 0.5, 1.0], "counts": [3, 4]},
    "text": {"name": "note", "step": 1, "text": "hello"},
    "inspection": {
        "id": "a1",
        "of": "modules",
        "name": "",
        "step": 3,
        "error": "",
        "modules": [{"name": "fc", "type": "Linear", "parameters": 2}],
        "tensors": [],
    },
    "diagnosis": {"code": "nan", "step": 3, "message": "It is NaN.", "metric": "loss", "evidence": [[3, "NaN"]]},
}
"""One sound event of every type that a run may claim."""


def _line(type_: str = "metric", **data: Any) -> bytes:
    return json.dumps({"type": type_, "data": data}).encode()


def _metric(points: object = ((1, 2.5),), name: object = "loss", kind: object = "loss") -> bytes:
    return _line(name=name, kind=kind, points=points)


def _check(line: bytes) -> Claim:
    type_, data = parse(line)
    return Claim(type_, check(type_, data))


@pytest.mark.parametrize("type_", sorted(policy.CLAIMS))
def test_a_sound_event_of_every_type_passes(type_: str) -> None:
    claim = _check(_line(type_, **SOUND[type_]))
    assert claim.data == rebuild(type_, SOUND[type_])


@pytest.mark.parametrize("type_", ["state", "stdout", "stderr", "notice", "verdict", "exit", "queue"])
def test_what_the_supervisor_says_is_not_for_a_run_to_claim(type_: str) -> None:
    for data in ({}, {"text": "x"}, {"state": "running"}, {"passed": True, "checks": []}):
        with pytest.raises(Absurd):
            _check(_line(type_, **data))


def test_an_answer_has_numbers_of_every_kind() -> None:
    claim = _check(_line("answer", shape=[2, 2], values=[1, 2.5, "NaN", "-Infinity"], error=""))
    assert claim.data["shape"] == [2, 2]
    assert claim.data["values"][:2] == [1.0, 2.5]
    assert math.isnan(claim.data["values"][2])
    assert claim.data["values"][3] == -math.inf


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
        _metric(name="x" * 101),
        _line(name="a", kind="scalar", points=[[1, 1]], more="x"),
        _metric(name="a\nb"),
        _metric(name=3),
        _metric(kind="accuracy"),
        _line("progress", step=1, total=-2, rate=1),
        _line("progress", step=1, total=2, rate=-1),
        _line("progress", step=1, total=2, rate="NaN"),
        _line("started", x=1),
        _line("end", message=3),
        _line("paused", for_s=3),
        _line("resumed", x=1),
        _line("asking", x=1),
        _line("answer", shape=[1], values=[1]),
        _line("answer", shape=[-1], values=[1], error=""),
        _line("answer", shape=[True], values=[1], error=""),
        _line("answer", shape=[1] * 17, values=[1], error=""),
        _line("answer", shape=[1], values=[True], error=""),
        _line("answer", shape=[1], values=["1.0"], error=""),
        _line("answer", shape=[1], values=[[1]], error=""),
        b"x" * 65_537,
    ],
)
def test_what_our_harness_would_not_write_does_not_pass(line: bytes) -> None:
    with pytest.raises(Absurd):
        _check(line)


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


def test_a_flood_is_bounded_and_counted_with_its_reason() -> None:
    claims = Claims()
    heard = claims.hear((_metric() + b"\n") * 2000)
    burst = policy.CLAIMS["metric"].burst
    assert burst <= len(heard) < burst + 100
    assert claims.dropped == 2000 - len(heard)
    assert claims.account() == (
        f"Not everything that this run told of itself was taken: {claims.dropped} × metric (faster than 100 a second)."
    )


def test_a_flood_of_one_type_takes_no_room_from_another() -> None:
    claims = Claims()
    figure = _line("figure", **SOUND["figure"]) + b"\n"
    assert len(claims.hear(figure * 500)) < 100
    assert [claim.type for claim in claims.hear(_metric() + b"\n")] == ["metric"]


def test_each_type_has_so_many_bytes_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    line = _metric() + b"\n"
    small = policy.Budget(per_s=1000, burst=1000, bytes=3 * len(line))
    monkeypatch.setattr(policy, "CLAIMS", {**policy.CLAIMS, "metric": small})
    claims = Claims()
    assert len(claims.hear(line * 5)) == 3
    assert "2 × metric (more than 0 KiB in all)" in claims.account()


def test_nothing_is_said_of_a_run_that_told_all_soundly() -> None:
    claims = Claims()
    claims.hear(_metric() + b"\n")
    assert claims.account() == ""


def test_a_message_is_cut_and_made_encodable() -> None:
    claim = _check(b'{"type":"end","data":{"message":"\\ud800' + b"x" * 900 + b'"}}')
    assert len(claim.data["message"]) == 500
    assert claim.data["message"].encode()


def test_a_longer_line_passes_where_answers_are_awaited() -> None:
    line = _line("answer", shape=[20_000], values=[1.25] * 20_000, error="") + b"\n"
    assert Claims().hear(line) == []
    assert len(Claims(policy.ANSWER_BYTES).hear(line)[0].data["values"]) == 20_000
