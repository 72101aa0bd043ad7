"""What passes from a runner into a run's stream."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.workers.messages import draw_picture
from workers.protocol import MAX_EVENT_BYTES, Event, decode, encode
from workers.sieve import BUDGETS, MAX_RUN_BYTES, RARE_AFTER_BYTES, THIN_AFTER_BYTES, Sieve


def event(kind: str, /, **data: Any) -> Event:
    return Event(seq=1, at=0.5, type=kind, data=data)


def take(sieve: Sieve, *events: Event) -> list[Event]:
    taken = [decode(text) for each in events for text in sieve.take(each)]
    return [each for each in taken if isinstance(each, Event)]


def loss(*points: tuple[int, Any]) -> Event:
    return event("metric", name="loss", kind="loss", points=[list(point) for point in points])


def test_events_are_numbered_without_gaps() -> None:
    sieve = Sieve()
    taken = take(sieve, event("stdout", text="a"), event("state", state="succeeded"), event("stderr", text="b"))
    assert [(each.seq, each.type) for each in taken] == [(1, "stdout"), (2, "notice"), (3, "stderr")]
    assert sieve.last_seq == 3


@pytest.mark.parametrize(
    "bad",
    [
        event("state", state="succeeded"),
        event("state", state="running", message="mine"),
        event("stdout"),
        event("stdout", text=1),
        event("stdout", text="x", more=1),
        event("progress", step=-1, total=None, rate=1),
        event("progress", step=1, total="many", rate=1),
        event("metric", name="", kind="loss", points=[]),
        event("metric", name="a\nb", kind="loss", points=[]),
        event("metric", name="a\0b", kind="loss", points=[]),
        event("metric", name="x" * 101, kind="loss", points=[]),
        event("metric", name="loss", kind="secret", points=[]),
        event("metric", name="loss", kind="loss", points=[[1]]),
        event("metric", name="loss", kind="loss", points=[[1, "nan"]]),
        event("metric", name="loss", kind="loss", points=[[1, True]]),
        event("metric", name="loss", kind="loss", points=[[1, 10**400]]),
        event("metric", name="loss", kind="loss", points=[["1", 2]]),
    ],
)
def test_what_is_malformed_is_left_out_with_one_notice(bad: Event) -> None:
    taken = take(Sieve(), bad, bad)
    assert [each.type for each in taken] == ["notice"]


def test_an_event_that_is_too_large_is_left_out() -> None:
    taken = take(Sieve(), event("stdout", text="x" * MAX_EVENT_BYTES))
    assert "64 KB" in taken[0].data["text"]


def test_a_console_is_cut_off_at_its_limit_and_the_run_goes_on() -> None:
    sieve = Sieve()
    taken = take(sieve, *[event("stdout", text="x" * 60_000)] * 80, event("state", state="paused"))
    assert sum(len(each.data["text"]) for each in taken if each.type == "stdout") <= BUDGETS["console"]
    assert [each.type for each in taken[-2:]] == ["notice", "state"]
    assert "3 MB of output" in taken[-2].data["text"]
    assert sieve.dropped > 1


def test_figures_take_no_room_from_the_console() -> None:
    sieve = Sieve()
    take(sieve, *[figure()] * 1000)
    taken = take(sieve, *[event("stdout", text="x" * 60_000)] * 45)
    assert len(taken) == 45


@pytest.mark.parametrize("kind", ["figure", "graph", "inspection", "histogram", "text"])
def test_each_heavy_kind_has_its_own_room_and_one_notice(kind: str) -> None:
    many = 3 + BUDGETS[kind] // len(encode(HEAVY[kind]))
    taken = take(Sieve(), *[HEAVY[kind]] * many)
    told = [each for each in taken if each.type == "notice"]
    assert [each for each in taken if each.type == kind]
    assert (len(told), taken[-1]) == (1, told[0])
    assert "what follows of it was left out" in told[0].data["text"]


def test_what_a_run_may_say_in_all_is_bounded() -> None:
    sieve = Sieve()
    flood = [*HEAVY.values(), loss(*((step, 0.5) for step in range(2000))), event("progress", step=1), event("bad")]
    texts = [text for _ in range(100) for each in flood for text in sieve.take(each)]
    assert sum(map(len, texts)) <= MAX_RUN_BYTES
    assert len(texts) == sieve.last_seq


def test_no_claim_of_a_run_keeps_its_states_out() -> None:
    sieve = Sieve()
    diagnosis = event("diagnosis", code="nan", step=1, message="x" * 500, metric="loss", evidence=[])
    take(sieve, *[diagnosis] * 1000)
    assert [each.type for each in take(sieve, event("state", state="paused"))] == ["state"]


def test_the_newest_state_is_known_by_its_number_in_the_stream() -> None:
    sieve = Sieve()
    assert sieve.reach is None
    take(sieve, event("state", state="starting"), event("stdout", text="x"), event("state", state="running"))
    assert sieve.reach == ("running", 3)


def test_fields_that_were_left_out_are_filled_in() -> None:
    (taken,) = take(Sieve(), event("progress", step=1))
    assert taken.data == {"step": 1, "total": None, "rate": None, "epoch": None, "epochs": None, "left_s": None}


def test_metrics_are_summed_up_as_they_came() -> None:
    sieve = Sieve()
    take(sieve, loss((1, 5.0), (2, "NaN")), loss((3, 2.0), (4, 3)))
    assert sieve.metrics == {"loss": {"kind": "loss", "count": 4, "first": 5.0, "last": 3, "min": 2.0, "max": 5.0}}


@pytest.mark.parametrize(
    ("values", "least", "most"),
    [
        (["NaN", 2.0], 2.0, 2.0),
        (["NaN"], "NaN", "NaN"),
        ([1.0, "-Infinity"], "-Infinity", 1.0),
        (["Infinity", 3.0, "NaN"], 3.0, "Infinity"),
    ],
)
def test_the_extremes_are_never_nan_if_there_is_another(values: list[Any], least: Any, most: Any) -> None:
    sieve = Sieve()
    take(sieve, loss(*enumerate(values)))
    assert (sieve.metrics["loss"]["min"], sieve.metrics["loss"]["max"]) == (least, most)


def test_metrics_of_a_long_run_are_thinned_and_still_summed_up() -> None:
    sieve = Sieve()
    batch = loss(*((step, 0.123456789) for step in range(500)))
    for _ in range(1 + 2 * THIN_AFTER_BYTES // (500 * 10)):
        sieve.take(batch)
    assert [len(each.data["points"]) for each in take(sieve, batch)] == [2]
    assert sieve.metrics["loss"]["count"] % 500 == 0


def test_metrics_of_a_very_long_run_are_kept_once_a_second_each() -> None:
    sieve = Sieve()
    batch = loss((1, 0.5), (2, 0.25))
    while sieve.take(batch):  # all at one time
        pass
    assert sieve._spent["metric"] > RARE_AFTER_BYTES
    later = [replace(batch, at=at) for at in (1.6, 1.7, 2.5, 2.6)]
    assert [each.at for each in take(sieve, *later)] == [1.6, 2.6]
    assert sieve.metrics["loss"]["last"] == 0.25


def test_progress_of_a_very_long_run_never_stands_still() -> None:
    sieve = Sieve()
    taken = take(sieve, *(event_at(n / 20, "progress", step=n) for n in range(20 * 1200)))
    assert [each.type for each in taken].count("notice") == 1
    assert taken[-1].data["step"] > 20 * 1198


def event_at(at: float, kind: str, /, **data: Any) -> Event:
    return replace(event(kind, **data), at=at)


def figure() -> Event:
    picture = draw_picture(640, 480, bytes(30_000))
    return event("figure", name="", png=picture, width=640, height=480)


HEAVY = {
    "figure": figure(),
    "graph": event(
        "graph",
        part=1,
        parts=1,
        nodes=[{"id": n, "op": "AddBackward0", "label": ""} for n in range(400)],
        edges=[],
        left_out=0,
    ),
    "inspection": event(
        "inspection",
        id="1",
        of="modules",
        name="",
        error="",
        modules=[{"name": "a", "type": "Linear", "parameters": 1}] * 400,
        tensors=[],
    ),
    "histogram": event("histogram", name="w", edges=[0.125] * 129, counts=[1] * 128),
    "text": event("text", name="sample", text="x" * 5000),
}
