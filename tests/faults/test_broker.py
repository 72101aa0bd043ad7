"""A broker that forgets everything, loses a message, or takes nothing more, while runs stand at every stage: all of them end as they should."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from redis import Redis

from kindling.embedded.addresses import name_valkey
from kindling.embedded.secrets import Secrets
from tests.faults.students import Student
from tests.faults.test_processes import LATER, check_end, check_next_run
from tests.faults.test_stages import Told, begin_and_pause, resume, start
from tests.product import Product, wait_for
from workers.protocol import QUEUE_CONTROL, end_key

pytestmark = pytest.mark.live


@pytest.fixture
def broker(live: Product) -> Iterator[Redis]:
    """The product's own Valkey, for who looks after it."""
    url = name_valkey(live.data, user="admin", password=Secrets.read(live.data).valkey_admin)
    with Redis.from_url(url) as client:
        yield client


def test_a_broker_that_forgets_everything(live: Product, people: tuple[Student, Student], broker: Redis) -> None:
    told = begin_all(people)
    broker.flushall()
    check_all(people, told)


def test_a_broker_that_loses_the_word_about_an_end(
    live: Product, people: tuple[Student, Student], broker: Redis
) -> None:
    """As it does when who takes a message dies before noting that."""
    ada, _ = people
    with stopped(live.pids["control"]):
        wait_for(lambda: broker.llen(QUEUE_CONTROL) > 0, "the queue to grow: whoever waits for a message gets one yet")
        run, viewer = start(ada)
        wait_for(
            lambda: broker.exists(end_key(run.id)) == 1 and not broker.keys("runs.desk:*"), "the word about the end"
        )
        broker.delete(QUEUE_CONTROL)
    assert viewer.wait_for_end() == "succeeded"
    check_end(ada, run, viewer, attempts=1)


def test_a_broker_that_is_full(live: Product, people: tuple[Student, Student], broker: Redis) -> None:
    told = begin_all(people)
    with full(broker):
        told.append((people[1], start(people[1])))  # accepted all the same: what was answered stands in Postgres
        assert people[1].read_state(told[-1][1][0]) in ("queued", "waiting")
    check_all(people, told)


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@contextmanager
def full(broker: Redis) -> Iterator[None]:
    """It answers reads, and refuses whatever would need memory."""
    broker.config_set("maxmemory", 1)
    try:
        yield
    finally:
        broker.config_set("maxmemory", 0)


def begin_all(people: tuple[Student, Student]) -> list[tuple[Student, Told]]:
    """One paused, one running, one queued."""
    ada, bob = people
    paused, running = begin_and_pause(ada), begin_and_pause(ada)
    queued = start(bob)
    resume(ada, running)
    running[1].wait_for_text(LATER)
    return [(ada, paused), (ada, running), (bob, queued)]


def check_all(people: tuple[Student, Student], told: list[tuple[Student, Told]]) -> None:
    resume(people[0], told[0][1])
    for person, (run, viewer) in told:
        assert viewer.wait_for_end() == "succeeded"
        check_end(person, run, viewer)
    check_next_run(people[0])
