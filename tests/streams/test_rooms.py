"""News of people and threads, beside the events of runs."""

from __future__ import annotations

import json
import time

import httpx
import pytest
from django.conf import settings
from redis import Redis

from apps.runs.tickets import Ticket, issue
from tests.streams.viewers import ORIGIN, end_streams, events_url, line, new_run, publish, watching


def room_url(address: str, room: str, *, of: str = "", user: str = "7") -> str:
    ticket = Ticket(run=of or room, user=user, origin=ORIGIN, expires=int(time.time()) + 60)
    return f"{address}/rooms/{room}/events?{httpx.QueryParams({'ticket': issue(settings.TICKET_KEY, ticket)})}"


def tell(valkey: Redis, *rooms: str, kind: str = "notices") -> None:
    event = json.dumps({"type": kind, "data": {"group": "thread:1"}})
    valkey.xadd("bus", {"run": " ".join(rooms), "id": "", "event": event})


def wait_for_viewers(address: str, count: int) -> None:
    until = time.monotonic() + 10
    while httpx.get(f"{address}/health").json()["viewers"] != count:
        assert time.monotonic() < until
        time.sleep(0.02)


def test_everybody_in_the_rooms_that_are_named_hears_and_nobody_else(streams: str, valkey: Redis) -> None:
    with (
        watching(room_url(streams, "person:7")) as ada,
        watching(room_url(streams, "person:77")) as bob,
        watching(room_url(streams, "thread:7", user="")) as visitor,
    ):
        wait_for_viewers(streams, 3)
        tell(valkey, "person:7", "person:77", "person:777")
        tell(valkey, "thread:7", kind="posts")
        tell(valkey, "person:77", kind="state")  # no run: what is numbered is not said here
        tell(valkey, "person:77")
        assert next(ada).kind == "notices"
        assert next(visitor).kind == "posts"
        assert [next(bob).kind, next(bob).kind] == ["notices", "notices"]


def test_two_rooms_are_heard_on_one_connection_which_ends_once(streams: str, valkey: Redis) -> None:
    with (
        watching(room_url(streams, "thread:7,person:9", user="9")) as seen,
        watching(room_url(streams, "thread:7", user="")) as other,
    ):
        wait_for_viewers(streams, 2)
        tell(valkey, "thread:7", kind="posts")
        tell(valkey, "person:9")
        assert [next(seen).kind, next(seen).kind] == ["posts", "notices"]
        end_streams(valkey, "9")
        assert next(seen, None) is None
        wait_for_viewers(streams, 1)
        tell(valkey, "thread:7", kind="posts")
        assert [next(other).kind, next(other).kind] == ["posts", "posts"]


def test_the_news_end_with_the_log_in(streams: str, valkey: Redis) -> None:
    with watching(room_url(streams, "person:7")) as seen:
        wait_for_viewers(streams, 1)
        end_streams(valkey, "7")
        assert next(seen, None) is None


@pytest.mark.parametrize("room", ["person:8", "thread:7", new_run()], ids=["person", "thread", "run"])
def test_a_ticket_opens_its_own_room_only(streams: str, room: str) -> None:
    path = room_url(streams, "person:7", of=room)
    assert httpx.get(path, headers={"Origin": ORIGIN}).status_code == 403


@pytest.mark.parametrize(
    "room",
    [
        "person",
        "person:",
        "person:x",
        "course:7",
        "person:7:8",
        "person:" + "9" * 20,
        "person:7,",
        "thread:7,run:8",
        "thread:1,thread:2,person:3",
    ],
)
def test_there_are_no_other_rooms(streams: str, room: str) -> None:
    assert httpx.get(room_url(streams, room), headers={"Origin": ORIGIN}).status_code == 404


def test_a_room_s_ticket_opens_no_run_and_a_run_hears_as_ever(streams: str, valkey: Redis) -> None:
    run = new_run()
    assert httpx.get(events_url(streams, run, of="person:7"), headers={"Origin": ORIGIN}).status_code == 403
    publish(valkey, run, line(1))
    with watching(events_url(streams, run)) as seen:
        assert next(seen).kind == "stdout"
