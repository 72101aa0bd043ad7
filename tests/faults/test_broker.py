"""A broker that forgets everything, or takes nothing more, while runs stand at every stage: all of them end as they should."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from redis import Redis

from kindling.embedded.addresses import name_valkey
from kindling.embedded.secrets import Secrets
from tests.faults.students import Student
from tests.faults.test_processes import LATER, check_end, check_next_run
from tests.faults.test_stages import Told, begin_and_pause, resume, start
from tests.product import Product

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


def test_a_broker_that_is_full(live: Product, people: tuple[Student, Student], broker: Redis) -> None:
    told = begin_all(people)
    with full(broker):
        told.append((people[1], start(people[1])))  # accepted all the same: what was answered stands in Postgres
        assert people[1].read_state(told[-1][1][0]) in ("queued", "waiting")
    check_all(people, told)


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
