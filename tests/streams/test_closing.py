"""Streams that the one who watches may no longer see, and streams of a process that ends."""

from __future__ import annotations

import re
import time
from contextlib import ExitStack

import httpx
import pytest
from redis import Redis

from tests.product import wait_for
from tests.streams.conftest import find_port, start_streams, wait_until_healthy
from tests.streams.viewers import ORIGIN, end, end_streams, events_url, line, new_run, publish, watching


def count_viewers(address: str) -> int:
    return int(httpx.get(f"{address}/health").json()["viewers"])


def test_the_streams_of_who_logs_out_end_and_no_others(streams: str, valkey: Redis) -> None:
    run = new_run()
    publish(valkey, run, line(1))
    with watching(events_url(streams, run, user="1")) as mine, watching(events_url(streams, run, user="2")) as others:
        next(mine), next(others)
        end_streams(valkey, "1")
        assert list(mine) == []
        publish(valkey, run, end(2))
        assert [seen.id for seen in others] == ["1-2"]


def test_a_ticket_from_before_a_log_out_opens_nothing(streams: str, valkey: Redis) -> None:
    run = new_run()
    before, after = events_url(streams, run, user="3"), events_url(streams, run, user="3", lifetime_s=65)
    publish(valkey, run, end(1))
    end_streams(valkey, "3")
    wait_for(lambda: httpx.get(before, headers={"Origin": ORIGIN}).status_code == 403, "the log-out to be heard")
    assert "logged out" in httpx.get(before, headers={"Origin": ORIGIN}).json()["error"]
    with watching(after) as seen:
        assert [each.id for each in seen] == ["1-1"]


def test_a_process_that_was_away_learns_who_has_logged_out(valkey: Redis) -> None:
    run, port = new_run(), find_port()
    address = f"http://127.0.0.1:{port}"
    ticket = events_url(address, run, user="4")
    end_streams(valkey, "4")
    end_streams(valkey, "5")
    process = start_streams(port)
    try:
        wait_until_healthy(address)
        wait_for(lambda: httpx.get(ticket, headers={"Origin": ORIGIN}).status_code == 403, "the log-out to be heard")
    finally:
        process.terminate()
        process.wait(10)


@pytest.mark.parametrize("fields", [{"x": "y"}, {"user": b"\xff", "at": "soon"}, {"user": "", "at": "nan"}])
def test_an_unreadable_closing_ends_nothing(streams: str, valkey: Redis, fields: dict[str, str]) -> None:
    run = new_run()
    publish(valkey, run, line(1))
    with watching(events_url(streams, run)) as seen:
        next(seen)
        valkey.xadd("closings", fields)  # type: ignore[arg-type]
        publish(valkey, run, end(2))
        assert [each.id for each in seen] == ["1-2"]


def test_a_process_that_ends_sends_everybody_home_at_once_and_back_at_different_times(valkey: Redis) -> None:
    run, port = new_run(), find_port()
    address = f"http://127.0.0.1:{port}"
    process = start_streams(port)
    wait_until_healthy(address)
    with ExitStack() as stack:
        limits = httpx.Limits(max_connections=None)
        client = stack.enter_context(httpx.Client(headers={"Origin": ORIGIN}, timeout=20, limits=limits))
        answers = [stack.enter_context(client.stream("GET", events_url(address, run))) for _ in range(100)]
        wait_for(lambda: count_viewers(address) == 100, "all viewers")
        process.terminate()
        told = [answer.read().decode() for answer in answers]  # raises where an answer is left unfinished
        assert process.wait(60) is not None  # with streams left open it would not end at all
    last_words = [re.findall(r"retry: ([0-9]+)", text)[-1] for text in told]
    assert all(500 <= int(wait_ms) <= 5000 for wait_ms in last_words)
    assert len(set(last_words)) > 50


def test_a_run_that_is_not_shared_any_more_ends_for_all_but_its_owner(streams: str, valkey: Redis) -> None:
    run, other = new_run(), new_run()
    publish(valkey, run, line(1))
    publish(valkey, other, line(1))
    with ExitStack() as stack:
        owner, guest, visitor = (
            stack.enter_context(watching(events_url(streams, run, user=user))) for user in ("1", "2", "")
        )
        elsewhere = stack.enter_context(watching(events_url(streams, other, user="2")))
        for seen in (owner, guest, visitor, elsewhere):
            next(seen)
        end_watching(valkey, run, owner="1")
        assert (list(guest), list(visitor)) == ([], [])
        publish(valkey, run, end(2))
        publish(valkey, other, end(2))
        assert ([each.id for each in owner], [each.id for each in elsewhere]) == (["1-2"], ["1-2"])


def test_a_ticket_from_before_a_link_was_taken_back_opens_nothing_but_for_the_owner(
    streams: str, valkey: Redis
) -> None:
    run = new_run()
    publish(valkey, run, end(1))
    visitor, owner, later = (
        events_url(streams, run, user=user, lifetime_s=s) for user, s in (("", 60), ("1", 60), ("", 65))
    )
    end_watching(valkey, run, owner="1")
    wait_for(lambda: httpx.get(visitor, headers={"Origin": ORIGIN}).status_code == 403, "the end to be heard")
    assert "not shared any more" in httpx.get(visitor, headers={"Origin": ORIGIN}).json()["error"]
    for url in (owner, later):
        with watching(url) as seen:
            assert [each.id for each in seen] == ["1-1"]


def end_watching(valkey: Redis, run: str, *, owner: str) -> None:
    valkey.xadd("closings", {"user": owner, "run": run, "at": time.time()})
