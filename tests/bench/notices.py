"""How soon others see a reply, and what a digest for ten thousand followers takes."""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from queue import Queue
from urllib.parse import urlencode

import httpx
import psycopg

from apps.runs.tickets import Ticket, issue
from kindling.embedded.addresses import name_database, name_valkey
from kindling.embedded.secrets import Secrets
from tests.person import Person
from tests.product import ROOT, Product

CHAPTER = "courses/pytorch-essentials/introduction/discussion/"
REPLIES = 40
FOLLOWERS = {"digest_tenth": 1_000, "digest": 10_000}
FLOOR = "health/"

FOLLOW = """
WITH people AS (
  INSERT INTO accounts_user (email, name, password, is_active, is_staff, is_superuser, date_joined)
  SELECT 'bench-' || %(count)s || '-' || n || '@example.org', 'Bench ' || n, '!', true, false, false, now()
  FROM generate_series(1, %(count)s) n RETURNING id), wished AS (
  INSERT INTO notices_wishes (person_id, paces, unshown, salt)
  SELECT id, '{"followed": "daily"}', '[]', gen_random_uuid() FROM people)
INSERT INTO discussions_follow (person_id, thread_id, created_at) SELECT id, %(thread)s, now() FROM people
"""
MAIL = """
import json, resource, sys, time
import django; django.setup()
from datetime import timedelta
from django.utils import timezone
from apps.discussions.telling import tell_followers
from apps.notices.claiming import Round
from apps.notices.mailing import mail_some
from apps.notices.models import Notice, Pace

def read_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

before, begun = read_mb(), time.perf_counter()
tell_followers(int(sys.argv[1]))
told_s = time.perf_counter() - begun
due, after = Round(Pace.DAILY, timezone.now() + timedelta(minutes=1)), 0
while (after := mail_some(due, after=after)) is not None:
    pass
mailed = Notice.objects.exclude(mailed_at=None).filter(event="post:" + sys.argv[1]).count()
took_s = time.perf_counter() - begun
print(json.dumps({"before": before, "rss": read_mb(), "told_s": told_s, "s": took_s - told_s, "mailed": mailed}))
"""


def measure(student: Person) -> Iterator[tuple[str, float, str]]:
    """About two minutes: mails of the development mailbox are files, a thousandth of a second each."""
    with Person(student.product, "moderator") as other:
        thread, parent = open_thread(student)
        rooms = {"post_to_viewer": (f"thread:{thread}", ""), "post_to_bell": find_own_room(student)}
        for name, (room, user) in rooms.items():
            took = measure_replies(other, thread, parent, room=room, user=user)
            yield f"{name}_ms", statistics.median(took), "ms"
            yield f"{name}_p95_ms", statistics.quantiles(took, n=20)[-1], "ms"
        yield "post_view_floor_ms", statistics.median(clock(other) for _ in range(REPLIES)), "ms"
        for name, count in FOLLOWERS.items():
            for what, value, unit in measure_digest(other, thread, parent, count):
                yield f"{name}_{what}", value, unit


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


def measure_replies(other: Person, thread: int, parent: int, *, room: str, user: str) -> list[float]:
    """Milliseconds from sending a reply to the word of it in this room."""
    heard: Queue[float] = Queue()
    threading.Thread(target=listen, args=(other.product, room, user, heard), daemon=True).start()
    heard.get(timeout=20)  # it is open
    took = []
    for _ in range(REPLIES):
        begun = time.perf_counter()
        reply(other, thread, parent)
        took.append((heard.get(timeout=20) - begun) * 1000)
    return took


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


def clock(person: Person) -> float:
    begun = time.perf_counter()
    person.client.get(FLOOR)
    return (time.perf_counter() - begun) * 1000


def measure_digest(other: Person, thread: int, parent: int, count: int) -> Iterator[tuple[str, float, str]]:
    """Everybody who follows is told of one post and mailed a digest, by a process of its own; what that grows by."""
    data = other.product.data
    with psycopg.connect(name_database(data)) as database:
        database.execute("DELETE FROM discussions_follow WHERE thread_id = %s", [thread])
        database.execute(FOLLOW, {"thread": thread, "count": count})
        database.execute("UPDATE discussions_thread SET title = 'Digest' WHERE id = %s", [thread])
        [post] = database.execute(
            "UPDATE discussions_post SET author_id = NULL WHERE id = (SELECT max(id) FROM discussions_post WHERE thread_id = %s) RETURNING id",
            [thread],
        ).fetchone() or [parent]
        database.execute("DELETE FROM notices_notice WHERE event = %s", [f"post:{post}"])
    secrets = Secrets.read(data)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "kindling.settings",
        "PYTHONPATH": f"{ROOT / 'platform'}:{ROOT}",
        "KINDLING_DATA": str(data),
        "DATABASE_URL": name_database(data),
        "VALKEY_URL": name_valkey(data, user="web", password=secrets.valkey_web),
        "KINDLING_SECRET_KEY": secrets.secret_key,
        "KINDLING_TICKET_KEY": secrets.ticket_key,
    }
    done = subprocess.run(
        [sys.executable, "-c", MAIL, str(post)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["mailed"] >= count, told
    yield "tell_s", told["told_s"], "s"
    yield "s", told["s"], "s"
    yield "rss_mb", told["rss"], "MB"
    yield "grown_mb", told["rss"] - told["before"], "MB"
