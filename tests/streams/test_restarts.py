"""Fifty viewers of a run while everything around them is killed: each sees exactly the run's events, in order."""

from __future__ import annotations

import asyncio
import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx
from redis import Redis, RedisError

from tests.streams.sites import Site, running_site
from tests.streams.viewers import ORIGIN, Seen, end, events_url, line, new_run, parse_async
from workers.protocol import APPEND, encode, entry_id, parse_entry_id, stream_key

VIEWERS = 50
EVENTS = 900
EVERY_S = 0.005
DEADLINE_S = 120


def test_viewers_lose_and_double_nothing_whatever_is_killed(tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(10**9)
    print(f"seed {seed}")  # shown where the test fails
    with running_site(tmp_path) as site:
        histories = asyncio.run(_watch_through_kills(site, random.Random(seed)))  # noqa: S311
    whole = [f"1-{seq}" for seq in range(1, EVENTS + 1)]
    for number, history in enumerate(histories):
        assert [seen.id for seen in history] == whole, f"viewer {number} of seed {seed}"


async def _watch_through_kills(site: Site, dice: random.Random) -> list[list[Seen]]:
    run = new_run()
    seeds = [dice.randrange(10**9) for _ in range(VIEWERS)]
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    with ThreadPoolExecutor(2) as threads:
        loop = asyncio.get_running_loop()
        publishing = loop.run_in_executor(threads, _publish_all, site, run)
        killing = loop.run_in_executor(threads, _kill_by_turns, site, dice)
        async with asyncio.timeout(DEADLINE_S), httpx.AsyncClient(timeout=10, limits=limits) as client:
            watching = [_watch_until_the_end(client, site, run, random.Random(seed)) for seed in seeds]  # noqa: S311
            histories = await asyncio.gather(*watching)
        await asyncio.gather(publishing, killing)
    return histories


def _publish_all(site: Site, run: str) -> None:
    """As a worker does: what was not answered is sent again, from where the stream says that it ends."""
    valkey = site.connect()
    seq = 1
    while seq <= EVENTS:
        with suppress(RedisError):
            seq = _publish(valkey, run, seq) + 1
        time.sleep(EVERY_S)


def _publish(valkey: Redis, run: str, seq: int) -> int:
    """The number of the stream's last event."""
    event = end(seq) if seq == EVENTS else line(seq)
    answer = valkey.register_script(APPEND)(
        keys=[stream_key(run)], args=[run, 20_000, 20_000, "1", entry_id(1, seq), encode(event).rstrip()]
    )
    return parse_entry_id(answer.decode())[1]


def _kill_by_turns(site: Site, dice: random.Random) -> None:
    for restart in (site.restart_valkey, site.restart_streams, site.restart_valkey):
        time.sleep(dice.uniform(0.3, 1.0))
        restart()


async def _watch_until_the_end(client: httpx.AsyncClient, site: Site, run: str, dice: random.Random) -> list[Seen]:
    """Hangs up at random, comes back at another moment, and resumes by either way of saying from where."""
    history: list[Seen] = []
    while not (history and history[-1].kind == "state"):
        with suppress(httpx.TransportError):
            await _watch_a_while(client, site, run, history, dice)
        await asyncio.sleep(dice.uniform(0, 0.3))
    return history


async def _watch_a_while(
    client: httpx.AsyncClient, site: Site, run: str, history: list[Seen], dice: random.Random
) -> None:
    resume_by_header, patience = dice.random() < 0.5, dice.randint(1, 300)
    last = history[-1].id if history else ""
    headers = {"Origin": ORIGIN, **({"Last-Event-ID": last} if resume_by_header and last else {})}
    url = events_url(site.address, run, after="" if resume_by_header else last)
    async with client.stream("GET", url, headers=headers) as answer:
        assert answer.status_code == 200
        async for seen in parse_async(answer.aiter_lines()):
            history.append(seen)
            patience -= 1
            if seen.kind == "state" or not patience:
                return
