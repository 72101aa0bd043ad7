"""What a digest for ten thousand followers takes, and one for a thousand."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import psycopg

from kindling.embedded.addresses import name_database
from tests.bench.twins import read_environment
from tests.product import ROOT, Product

FOLLOWERS = {"digest_tenth": 1_000, "digest": 10_000}

FOLLOW = """
WITH people AS (
  INSERT INTO accounts_user (email, name, password, is_active, is_staff, is_superuser, date_joined)
  SELECT 'bench-' || %(count)s || '-' || n || '@example.org', 'Bench ' || n, '!', true, false, false, now()
  FROM generate_series(1, %(count)s) n RETURNING id), wished AS (
  INSERT INTO notices_wishes (person_id, paces, unshown, salt)
  SELECT id, '{"followed": "daily"}', '[]', gen_random_uuid() FROM people)
INSERT INTO discussions_follow (person_id, thread_id, created_at) SELECT id, %(thread)s, now() FROM people
"""
ORPHAN = """
UPDATE discussions_post SET author_id = NULL
WHERE id = (SELECT max(id) FROM discussions_post WHERE thread_id = %s) RETURNING id
"""


def measure_digests(product: Product, thread: int) -> Iterator[tuple[str, float, str]]:
    """Mails of the development mailbox are files. A minute on a quiet machine."""
    for name, count in FOLLOWERS.items():
        told = mail(product, let_follow(product, thread, count))
        assert told["mailed"] >= count, told
        yield f"{name}_tell_s", told["told_s"], "s"
        yield f"{name}_s", told["s"], "s"
        yield f"{name}_mail_cpu_ms", told["cpu_ms"], "ms"
        yield f"{name}_rss_mb", told["peak_mb"], "MB"
        yield f"{name}_grown_mb", told["peak_mb"] - told["first_mb"], "MB"


def let_follow(product: Product, thread: int, count: int) -> int:
    """So many new people and nobody else follow the thread; the id of its newest post, of which nobody has been told."""
    with psycopg.connect(name_database(product.data)) as database:
        database.execute("DELETE FROM discussions_follow WHERE thread_id = %s", [thread])
        database.execute(FOLLOW, {"thread": thread, "count": count})
        [post] = database.execute(ORPHAN, [thread]).fetchone() or [0]
        database.execute("DELETE FROM notices_notice WHERE event = %s", [f"post:{post}"])
        return int(post)


def mail(product: Product, post: int) -> dict[str, float]:
    """By a process of its own, with what the site's own worker knows."""
    environment = read_environment(product.pids["control"]) | {"DJANGO_SETTINGS_MODULE": "kindling.settings"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.mailing", str(post)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told
