"""What a viewer of a run sees: everything, once, in order, from wherever it left off."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest
from redis import Redis

from tests.streams.viewers import (
    ORIGIN,
    Seen,
    end,
    events_url,
    line,
    new_run,
    parse_async,
    publish,
    tell_place,
    watch,
    watching,
)
from workers.protocol import EVENT_TYPES, LAST_SEQ, OUTCOMES, Event, State, encode


def test_history_and_live_come_from_one_address_and_the_final_state_ends_it(streams: str, valkey: Redis) -> None:
    run = new_run()
    publish(valkey, run, line(1), line(2))
    with watching(events_url(streams, run)) as seen:
        assert [next(seen).id, next(seen).id] == ["1-1", "1-2"]
        publish(valkey, run, line(3), end(4))
        rest = list(seen)
    assert rest[0] == Seen("1-3", "stdout", {"seq": 3, "at": 0.03, "fence": 1, "text": "3\n"})
    assert [each.id for each in rest] == ["1-3", "1-4"]


def test_a_place_in_the_queue_is_shown_to_who_is_there_and_never_again(streams: str, valkey: Redis) -> None:
    run = new_run()
    publish(valkey, run, line(1))
    with watching(events_url(streams, run)) as early:
        assert next(early).id == "1-1"
        tell_place(valkey, run, ahead=3)
        assert next(early) == Seen("", "queue", {"ahead": 3, "estimate_s": 2.5})
        with watching(events_url(streams, run)) as late:
            assert next(late).id == "1-1"
            tell_place(valkey, run, ahead=2)
            publish(valkey, run, line(2), end(3))
            assert [seen.kind for seen in early] == [seen.kind for seen in late] == ["queue", "stdout", "state"]


@pytest.mark.parametrize("event", ["", "{", "[]", '{"type":"stdout","data":{}}', '{"type":"queue","data":1}', "\xff"])
def test_an_unreadable_word_without_a_number_is_passed_over(streams: str, valkey: Redis, event: str) -> None:
    run = new_run()
    with watching(events_url(streams, run)) as seen:
        publish(valkey, run, line(1))
        next(seen)
        valkey.xadd("bus", {"run": run, "id": "", "event": event.encode("latin-1")})
        valkey.xadd("bus", {"run": run, "id": "x-y", "event": event.encode("latin-1")})
        publish(valkey, run, end(2))
        assert [each.id for each in seen] == ["1-2"]


@pytest.mark.parametrize("kind", sorted(EVENT_TYPES - {"state"}))
def test_every_type_of_event_passes_as_it_is(streams: str, valkey: Redis, kind: str) -> None:
    run, data = new_run(), {"name": "größe\n\u2028", "values": [1.5, None, "NaN"], "nested": {"a": [[]]}}
    event = Event(seq=1, at=0.5, type=kind, data=data)
    with watching(events_url(streams, run)) as live:
        publish(valkey, run, event, end(2))
        told = list(live)
    assert told[0] == Seen("1-1", kind, {"seq": 1, "at": 0.5, "fence": 1, **data})
    assert watch(events_url(streams, run)) == told


@pytest.mark.parametrize("state", sorted(set(State) - OUTCOMES))
def test_a_state_that_is_not_final_ends_nothing(streams: str, valkey: Redis, state: str) -> None:
    run = new_run()
    publish(valkey, run, Event(seq=1, at=0, type="state", data={"state": state}), end(2))
    assert [seen.data["state"] for seen in watch(events_url(streams, run))] == [state, "succeeded"]


@pytest.mark.parametrize("state", sorted(OUTCOMES))
def test_every_final_state_ends_the_stream(streams: str, valkey: Redis, state: str) -> None:
    run = new_run()
    with watching(events_url(streams, run)) as seen:
        publish(valkey, run, Event(seq=1, at=0, type="state", data={"state": state}))
        assert [each.data["state"] for each in seen] == [state]


def test_who_comes_back_after_the_end_is_not_kept(streams: str, valkey: Redis) -> None:
    run = new_run()
    publish(valkey, run, line(1), end(2))
    assert watch(events_url(streams, run), **{"Last-Event-ID": "1-2"}) == []


def test_a_run_that_is_over_is_shown_whole(streams: str, valkey: Redis) -> None:
    run = new_run()
    publish(valkey, run, *(line(seq) for seq in range(1, 1501)), end(1501))
    assert [seen.data["seq"] for seen in watch(events_url(streams, run))] == list(range(1, 1502))


@pytest.mark.parametrize("how", ["header", "query"])
def test_a_viewer_resumes_after_the_last_event_it_has(streams: str, valkey: Redis, how: str) -> None:
    run = new_run()
    publish(valkey, run, line(1), line(2), line(3), end(4))
    if how == "header":
        seen = watch(events_url(streams, run), **{"Last-Event-ID": "1-2"})
    else:
        seen = watch(events_url(streams, run, after="1-2"))
    assert [each.id for each in seen] == ["1-3", "1-4"]


def test_viewers_of_other_runs_see_nothing_of_it(streams: str, valkey: Redis) -> None:
    mine, other = new_run(), new_run()
    with watching(events_url(streams, mine)) as seen:
        publish(valkey, other, line(1))
        publish(valkey, mine, end(1))
        assert [each.kind for each in seen] == ["state"]


def test_a_second_attempt_follows_the_first(streams: str, valkey: Redis) -> None:
    run = new_run()
    publish(valkey, run, line(1), line(2))
    notice = Event(seq=0, at=0.0, type="notice", data={"text": "started again"})
    publish(valkey, run, notice, line(1), end(2), fence=2)
    assert [seen.id for seen in watch(events_url(streams, run))] == ["1-1", "1-2", "2-0", "2-1", "2-2"]


def test_the_end_of_a_run_that_was_given_up_is_no_gap(streams: str, valkey: Redis) -> None:
    run = new_run()
    publish(valkey, run, line(1), end(LAST_SEQ))
    assert [seen.kind for seen in watch(events_url(streams, run))] == ["stdout", "state"]


def test_what_was_trimmed_is_told_as_a_gap(streams: str, valkey: Redis) -> None:
    run = new_run()
    publish(valkey, run, *(line(seq) for seq in range(1, 11)), end(11))
    valkey.xtrim(f"run:{run}", maxlen=3, approximate=False)
    seen = watch(events_url(streams, run, after="1-2"))
    assert [each.kind for each in seen] == ["gap", "stdout", "stdout", "state"]
    assert seen[0].id == ""
    assert (seen[0].data["before"], seen[0].data["after"]) == ("1-2", "1-9")
    assert watch(events_url(streams, run))[0].kind == "gap"


def test_what_was_trimmed_while_one_watches_is_told_as_a_gap(streams: str, valkey: Redis) -> None:
    run = new_run()
    publish(valkey, run, line(1))
    with watching(events_url(streams, run)) as seen:
        next(seen)
        pipe = valkey.pipeline(transaction=True)  # whoever reads the stream now finds a part of it
        for seq in (5, 6):
            pipe.xadd(f"run:{run}", {"event": encode(line(seq))}, id=f"1-{seq}")
            pipe.xadd("bus", {"run": run, "id": f"1-{seq}", "event": encode(line(seq))})
        pipe.execute()
        publish(valkey, run, end(7))
        rest = list(seen)
    assert [each.kind for each in rest] == ["gap", "stdout", "stdout", "state"]
    assert (rest[0].data["before"], rest[0].data["after"]) == ("1-1", "1-5")


def test_what_only_the_bus_missed_is_no_gap(streams: str, valkey: Redis) -> None:
    run = new_run()
    publish(valkey, run, line(1))
    with watching(events_url(streams, run)) as seen:
        next(seen)
        stored = {"event": '{"kind":"event","seq":2,"at":0.02,"type":"stdout","data":{"text":"2"}}'}
        valkey.xadd(f"run:{run}", stored, id="1-2")  # type: ignore[arg-type]
        publish(valkey, run, line(3), end(4))
        assert [each.id for each in seen] == ["1-2", "1-3", "1-4"]


def test_events_arrive_at_once(streams: str, valkey: Redis) -> None:
    run, delays = new_run(), []
    with watching(events_url(streams, run)) as seen:
        for seq in range(1, 31):
            begun = time.perf_counter()
            publish(valkey, run, line(seq))
            assert next(seen).data["seq"] == seq
            delays.append(time.perf_counter() - begun)
    assert sorted(delays)[15] < 0.1, "far above what a busy machine needs; a polling loop would show"


def test_viewers_that_come_and_go_see_every_event_once(streams: str, valkey: Redis) -> None:
    """Fifty viewers hang up at random and resume, while a run goes on."""
    run, total = new_run(), 600

    def feed() -> None:
        for seq in range(1, total):
            publish(valkey, run, line(seq))
            time.sleep(0.003)
        publish(valkey, run, end(total))

    feeding = threading.Thread(target=feed)
    feeding.start()
    everything = asyncio.run(_watch_by_fits_and_starts(streams, run, viewers=50))
    feeding.join()
    assert all(seqs == list(range(1, total + 1)) for seqs in everything)


async def _watch_by_fits_and_starts(streams: str, run: str, *, viewers: int) -> list[list[int]]:
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(timeout=30, limits=limits, headers={"Origin": ORIGIN}) as client:
        return await asyncio.gather(*(_watch_once_more(client, streams, run, chance=n) for n in range(viewers)))


async def _watch_once_more(client: httpx.AsyncClient, streams: str, run: str, *, chance: int) -> list[int]:
    dice, seqs = random.Random(chance), list[int]()  # noqa: S311 (the same way every time)
    while True:
        url = events_url(streams, run, after=f"1-{seqs[-1]}" if seqs else "")
        hang_up_after = dice.randint(50, 400)
        async with client.stream("GET", url) as answer:
            assert answer.status_code == 200
            async for seen in parse_async(answer.aiter_lines()):
                seqs.append(seen.data["seq"])
                if seen.kind == "state":
                    return seqs
                hang_up_after -= 1
                if not hang_up_after:
                    break


def test_a_lost_connection_to_valkey_loses_and_doubles_nothing(streams: str, valkey: Redis) -> None:
    run = new_run()
    publish(valkey, run, line(1))
    with watching(events_url(streams, run)) as seen:
        assert next(seen).id == "1-1"
        cut = 0
        for seq in range(2, 40):
            cut += _cut_off_streams(valkey) if seq % 10 == 5 else 0
            publish(valkey, run, line(seq))
            time.sleep(0.02)
        assert cut
        publish(valkey, run, end(40))
        assert [each.data["seq"] for each in seen] == list(range(2, 41))


def _cut_off_streams(valkey: Redis) -> int:
    """Kill every connection that reads streams, as a restart of Valkey would; how many."""
    database = str(valkey.get_connection_kwargs().get("db", 0))
    readers = ("xread", "xrange", "xrevrange")
    clients = [each for each in valkey.client_list() if each["cmd"] in readers and each["db"] == database]
    for client in clients:
        valkey.client_kill_filter(_id=client["id"])
    return len(clients)


def test_a_viewer_who_takes_nothing_holds_up_nobody_and_misses_nothing(streams: str, valkey: Redis) -> None:
    run, total = new_run(), 2001
    texts = [Event(seq=seq, at=0.0, type="stdout", data={"text": "x" * 10_000}) for seq in range(1, total)]
    with watching(events_url(streams, run)) as slow, watching(events_url(streams, run)) as quick:
        for first in range(0, total, 100):
            publish(valkey, run, *texts[first : first + 100])
        publish(valkey, run, end(total))
        assert [seen.data["seq"] for seen in quick] == list(range(1, total + 1))
        numbers = _read_on(slow)
    if numbers[-1:] != [total]:  # it was cut off by then, and comes back
        numbers += [seen.data["seq"] for seen in watch(events_url(streams, run, after=f"1-{(numbers or [0])[-1]}"))]
    assert numbers == list(range(1, total + 1))


def _read_on(seen: Iterator[Seen]) -> list[int]:
    """What comes until the end, or until the connection is cut."""
    numbers = []
    with suppress(httpx.TransportError):
        for each in seen:
            numbers.append(each.data["seq"])
    return numbers
