"""Who may watch: a page of the ticket's origin, the ticket's run, for a minute."""

from __future__ import annotations

import httpx
import pytest
from redis import Redis

from tests.streams.conftest import find_port, start_streams, wait_until_healthy
from tests.streams.viewers import ORIGIN, end, events_url, line, new_run, publish, watching


def get(url: str, origin: str | None = ORIGIN) -> httpx.Response:
    return httpx.get(url, headers={"Origin": origin} if origin else {}, timeout=10)


@pytest.mark.parametrize(
    ("ticket", "words"),
    [
        ({"lifetime_s": -1}, "expired"),
        ({"of": new_run()}, "another run"),
        ({"key": "somebody else's"}, "not valid"),
    ],
)
def test_a_ticket_that_does_not_fit_opens_nothing(streams: str, ticket: dict[str, str], words: str) -> None:
    answer = get(events_url(streams, new_run(), **ticket))  # type: ignore[arg-type]
    assert answer.status_code == 403
    assert words in answer.json()["error"]


@pytest.mark.parametrize("query", ["", "?ticket=", "?ticket=a.b", "?ticket=%FF.%00", "?other=1"])
def test_no_ticket_opens_nothing(streams: str, query: str) -> None:
    assert get(f"{streams}/runs/{new_run()}/events{query}").status_code == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "null", f"{ORIGIN}.evil.example", f"{ORIGIN}:81"])
def test_a_foreign_origin_gets_nothing(streams: str, origin: str) -> None:
    answer = get(events_url(streams, new_run()), origin=origin)
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


def test_exactly_the_origin_of_the_ticket_may_read(streams: str, valkey: Redis) -> None:
    run = new_run()
    publish(valkey, run, end(1))
    answer = get(events_url(streams, run))
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["vary"] == "Origin"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "access-control-allow-origin" not in get(events_url(streams, run), origin=None).headers


@pytest.mark.parametrize("after", ["x", "1", "1-", "1-2-3", "-1-1", "9" * 30 + "-1"])
def test_an_unreadable_place_to_resume_is_told(streams: str, after: str) -> None:
    assert get(events_url(streams, new_run(), after=after)).status_code == 400


@pytest.mark.parametrize("path", ["/", "/runs", "/runs/x/events", "/runs/RUN/", "/runs/RUN/events/"])
def test_there_is_nothing_else(streams: str, path: str) -> None:
    assert get(streams + path.replace("RUN", new_run())).status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "HEAD"])
def test_events_can_only_be_read(streams: str, method: str) -> None:
    assert httpx.request(method, events_url(streams, new_run())).status_code == 405


def test_it_says_how_it_is(streams: str) -> None:
    assert get(f"{streams}/health").json() == {"valkey": True, "viewers": 0}


def test_it_ends_soon_with_streams_open(valkey: Redis) -> None:
    port = find_port()
    process, run = start_streams(port), new_run()
    wait_until_healthy(f"http://127.0.0.1:{port}")
    publish(valkey, run, line(1))
    with watching(events_url(f"http://127.0.0.1:{port}", run)) as seen:
        next(seen)
        process.terminate()
        assert process.wait(6) is not None
