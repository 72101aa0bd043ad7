"""Whatever a request for live events says, it is refused in words or admitted: it is never our mistake."""

from __future__ import annotations

import json
import socket
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from redis import Redis

from apps.runs.tickets import Ticket, issue
from kindling.streams.admission import Refused, admit
from tests.streams.viewers import ORIGIN, end, events_url, line, new_run, publish, watching

KEY = "key"
RUN = new_run()
GOOD = issue(KEY, Ticket(run=RUN, user="7", origin=ORIGIN, expires=1000))

header_bytes = st.binary(max_size=80).map(lambda value: value.translate(None, b"\r\n\0"))
tickets = st.one_of(
    st.just(GOOD.encode()),
    st.binary(max_size=200),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.binary(max_size=60).map(lambda body: urlsafe_b64encode(body) + b"." + b"0" * 64),
    st.integers(0, len(GOOD)).map(lambda length: GOOD[:length].encode()),
)
marks = st.one_of(
    st.binary(max_size=40),
    st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.tuples(st.integers(), st.integers()).map(lambda mark: b"%d-%d" % mark),
    st.sampled_from([b"9" * 15 + b"-" + b"9" * 15, b"-1-1", "١-٢".encode(), b"0-0", b"1-1 ", b"1-1\x85", b"+1-1"]),
)
paths = st.one_of(
    st.just(f"/runs/{RUN}/events"), st.text(max_size=80), st.text(max_size=40).map("/runs/{}/events".format)
)


def make_request(path: str, query: bytes, headers: Mapping[bytes, bytes]) -> dict[str, Any]:
    return {"path": path, "query_string": query, "headers": list(headers.items())}


@given(path=paths, query=st.binary(max_size=300), origin=header_bytes, mark=marks)
def test_any_request_is_refused_with_a_status_of_the_clients(
    path: str, query: bytes, origin: bytes, mark: bytes
) -> None:
    with pytest.raises(Refused) as refused:
        admit(make_request(path, query, {b"origin": origin, b"last-event-id": mark}), ticket_key=KEY, now=0)
    assert 400 <= refused.value.status < 500


@given(ticket=tickets, mark=marks, in_header=st.booleans())
@example(ticket=GOOD.encode(), mark=b"", in_header=True)
def test_a_place_to_resume_is_read_or_refused(ticket: bytes, mark: bytes, in_header: bool) -> None:
    query = f"ticket={quote_from_bytes(ticket)}&after={quote_from_bytes(mark)}".encode()
    headers = {b"last-event-id": mark} if in_header else {}
    status = try_to_enter(make_request(f"/runs/{RUN}/events", query, headers))
    assert status in {400, 403} or (status == 200 and ticket == GOOD.encode())


def try_to_enter(request: dict[str, Any]) -> int:
    try:
        _, mark, _ = admit(request, ticket_key=KEY, now=0)
    except Refused as refusal:
        json.dumps({"error": refusal.words}).encode()  # can be said
        return refusal.status
    assert all(0 <= number < 10**15 for number in mark)
    return 200


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    target=st.binary(min_size=1, max_size=120).map(lambda value: value.translate(None, b" \r\n")),
    headers=st.lists(st.tuples(st.sampled_from([b"Last-Event-ID", b"Origin", b"X", b""]), header_bytes), max_size=4),
    after=st.binary(max_size=60),
)
@example(
    target=b"/runs/%s/events?ticket=%%ff%%00" % RUN.encode(), headers=[(b"Last-Event-ID", b"\xff\xfe")], after=b"\0"
)
@example(target=b"/health", headers=[], after=b"GET / HTTP/9.9\r\n\r\n" * 3)
def test_no_bytes_bring_an_answer_of_ours_to_fail(
    streams: str, target: bytes, headers: list[tuple[bytes, bytes]], after: bytes
) -> None:
    head = b"".join(b"%s: %s\r\n" % header for header in headers)
    for sent in (b"GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\n%s" % (target, head, after), target + head):
        status = ask(streams, sent)
        assert status is None or status < 500, sent


def test_bytes_that_follow_a_request_end_that_stream_and_no_other(streams: str, valkey: Redis) -> None:
    run = new_run()
    publish(valkey, run, line(1))
    host, _, port = streams.removeprefix("http://").partition(":")
    with watching(events_url(streams, run)) as seen, socket.create_connection((host, int(port)), timeout=20) as hostile:
        assert next(seen).id == "1-1"
        hostile.sendall(f"GET {events_url('', run)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert hostile.recv(1000).startswith(b"HTTP/1.1 200")
        hostile.sendall(b"\0\xff not HTTP\r\n\r\n" * 10)
        publish(valkey, run, line(2), end(3))
        assert [each.id for each in seen] == ["1-2", "1-3"]


def ask(address: str, sent: bytes) -> int | None:
    """The status of the answer; None when the connection was closed without one."""
    host, _, port = address.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as client:
        client.sendall(sent)
        client.shutdown(socket.SHUT_WR)
        answer = b""
        while received := client.recv(65536):
            answer += received
    return int(answer.split()[1]) if answer else None
