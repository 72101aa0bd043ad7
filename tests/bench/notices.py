"""How soon others see a reply, beside what one word takes that is only published; and what digests take."""

from __future__ import annotations

import json
import re
import statistics
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from queue import Queue
from urllib.parse import urlencode

import httpx
import psycopg
from redis import Redis

from apps.runs.tickets import Ticket, issue
from kindling.embedded.addresses import name_database, name_valkey
from kindling.embedded.secrets import Secrets
from tests.bench.digests import measure_digests
from tests.bench.twins import Clock, list_backends, list_family
from tests.person import Person
from tests.product import Product
from workers.protocol import BUS, POSTS_EVENT

CHAPTER = "courses/pytorch-essentials/introduction/discussion/"
REPLIES = 40

Figures = Iterator[tuple[str, float, str]]


def measure(student: Person) -> Figures:
    with Person(student.product, "moderator") as other:
        thread, parent = open_thread(student)
        yield from measure_replies(other, thread, parent, "post_to_viewer", f"thread:{thread}")
        room, user = find_own_room(student)
        yield from measure_replies(other, thread, parent, "post_to_bell", room, user)
        yield from measure_digests(student.product, thread)


def open_thread(student: Person) -> tuple[int, int]:
    """The ids of a thread and its first post."""
    form = {"title": "How fast?", "body": "As fast as light?", "client_token": str(uuid.uuid4())}
    answer = student.client.post(CHAPTER, data=form, headers=student.headers)
    assert answer.status_code == 302, answer.text
    found = re.search(r"/discussions/(\d+)/", answer.headers["Location"])
    assert found
    with psycopg.connect(name_database(student.product.data)) as database:
        query = "SELECT id FROM discussions_post WHERE thread_id = %s AND parent_id IS NULL"
        [post] = database.execute(query, [found[1]]).fetchone() or [0]
    return int(found[1]), post


def find_own_room(student: Person) -> tuple[str, str]:
    address = student.client.post("news/tickets/", headers=student.headers).json()["events_url"]
    found = re.search(r"/rooms/(person:(\d+))/", address)
    assert found
    return found[1], found[2]


def measure_replies(other: Person, thread: int, parent: int, name: str, room: str, user: str = "") -> Figures:
    """From sending a reply to the word of it in this room, and from publishing a word there, in turn.

    Of a reply also when it is answered, and the CPU time of the web process and of Postgres until everything rests.
    """
    heard: Queue[float] = Queue()
    threading.Thread(target=listen, args=(other.product, room, user, heard), daemon=True).start()
    heard.get(timeout=20)  # it is open
    publish = make_publisher(other.product, room)
    web, database = list_family(other.product.pids["web"]), name_database(other.product.data)
    seen, floor, answered, web_ms, postgres_ms = [], [], [], [], []
    for _ in range(REPLIES):
        floor.append(clock(publish, heard))
        clocks, begun = (Clock(web), Clock(list_backends(database))), time.perf_counter()
        reply(other, thread, parent)
        answered.append((time.perf_counter() - begun) * 1000)
        seen.append((heard.get(timeout=20) - begun) * 1000)
        web_ms.append(clocks[0].read_ms())
        postgres_ms.append(clocks[1].read_ms())
    yield f"{name}_ms", statistics.median(seen), "ms"
    yield f"{name}_p95_ms", statistics.quantiles(seen, n=20)[-1], "ms"
    yield f"{name}_floor_ms", statistics.median(floor), "ms"
    yield f"{name}_answer_ms", statistics.median(answered), "ms"
    yield f"{name}_web_cpu_ms", statistics.median(web_ms), "ms"
    yield f"{name}_postgres_cpu_ms", statistics.median(postgres_ms), "ms"


def clock(act: Callable[[], object], heard: Queue[float]) -> float:
    begun = time.perf_counter()
    act()
    return (heard.get(timeout=20) - begun) * 1000


def make_publisher(product: Product, room: str) -> Callable[[], object]:
    """What says a word in this room as the site does."""
    valkey = Redis.from_url(name_valkey(product.data, user="web", password=Secrets.read(product.data).valkey_web))
    words = {"run": room, "id": "", "event": json.dumps({"type": POSTS_EVENT, "data": {"thread": 0, "post": 0}})}
    return lambda: valkey.xadd(BUS, words)  # type: ignore[arg-type]  # str is one of the kinds that it takes


def listen(product: Product, room: str, user: str, heard: Queue[float]) -> None:
    key = Secrets.read(product.data).ticket_key
    ticket = Ticket(run=room, user=user, origin=product.url.rstrip("/"), expires=int(time.time()) + 60)
    address = f"{product.streams_url}/rooms/{room}/events?{urlencode({'ticket': issue(key, ticket)})}"
    with httpx.stream("GET", address, headers={"Origin": ticket.origin}, timeout=60) as answer:
        for line in answer.iter_lines():
            if line.startswith(("data: ", "retry: ")):
                heard.put(time.perf_counter())


def reply(person: Person, thread: int, parent: int) -> None:
    form = {"parent": parent, "body": f"Answer {uuid.uuid4()}", "client_token": str(uuid.uuid4())}
    answer = person.client.post(f"discussions/{thread}/posts/", data=form, headers=person.headers)
    assert answer.status_code == 302, answer.text
