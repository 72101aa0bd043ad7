"""What passes from a runner into a run's stream."""

from __future__ import annotations

from typing import Any

import pytest

from workers.protocol import MAX_EVENT_BYTES, Event, decode
from workers.sieve import MAX_RUN_BYTES, THIN_AFTER_BYTES, Sieve


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
        event("exit"),
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


def test_a_run_is_cut_off_at_its_limit_and_goes_on() -> None:
    sieve = Sieve()
    taken = take(sieve, *[event("stdout", text="x" * 60_000)] * 80)
    assert sum(len(each.data["text"]) for each in taken) <= MAX_RUN_BYTES
    assert taken[-1].type == "notice"
    assert "4 MB" in taken[-1].data["text"]
    assert sieve.dropped > 1


def test_metrics_are_summed_up_as_they_came() -> None:
    sieve = Sieve()
    take(sieve, loss((1, 5.0), (2, "NaN")), loss((3, 2.0), (4, 3)))
    assert sieve.metrics == {"loss": {"count": 4, "first": 5.0, "last": 3, "min": 2.0}}


@pytest.mark.parametrize(
    ("values", "smallest"),
    [(["NaN", 2.0], 2.0), (["NaN"], "NaN"), ([1.0, "-Infinity"], "-Infinity"), (["Infinity", 3.0], 3.0)],
)
def test_the_smallest_value_is_never_nan_if_there_is_another(values: list[Any], smallest: Any) -> None:
    sieve = Sieve()
    take(sieve, loss(*enumerate(values)))
    assert sieve.metrics["loss"]["min"] == smallest


def test_metrics_of_a_long_run_are_thinned_and_still_summed_up() -> None:
    sieve = Sieve()
    batch = loss(*((step, 0.123456789) for step in range(500)))
    for _ in range(1 + 2 * THIN_AFTER_BYTES // (500 * 10)):
        sieve.take(batch)
    assert [len(each.data["points"]) for each in take(sieve, batch)] == [2]
    assert sieve.metrics["loss"]["count"] % 500 == 0
