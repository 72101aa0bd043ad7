"""Builders for tests that need many posts, or many people at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection, transaction

from apps.accounts.models import User
from apps.discussions.models import STEP, Post, Thread
from tests.product import wait_for


def set_next_id(value: int, model: type[Post] | type[Thread] = Post) -> None:
    """The next post (or thread) gets this id."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s, false)", [model._meta.db_table, value])


def fill_thread(first: Post, author: User, count: int) -> list[Post]:
    """So many replies to the first post, by two statements."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [Post._meta.db_table, count],
        )
        ids = [row[0] for row in cursor.fetchall()]
    path = bytes(first.path)
    made = Post.objects.bulk_create(
        Post(
            pk=pk,
            thread_id=first.thread_id,
            parent=first,
            author=author,
            body=f"Number {pk}",
            html=f"<p>Number {pk}</p>",
            path=path + pk.to_bytes(STEP, "big"),
            depth=1,
        )
        for pk in ids
    )
    Thread.objects.filter(pk=first.thread_id).update(replies=count)
    return made


def act_at_once(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each answered or raised, all begun at the same moment, each with a connection of its own."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        start.wait()
        return act_alone(act)

    with ThreadPoolExecutor(len(acts)) as pool:
        doing = [pool.submit(run, act) for act in acts]
    return [done.exception() or done.result() for done in doing]


def act_behind(first: Callable[[], Any], acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each answered or raised that came while `first` was done and not yet committed: it goes on when all the others
    wait for it, or are done.
    """
    with ThreadPoolExecutor(len(acts)) as pool, transaction.atomic():
        first()
        doing = [pool.submit(act_alone, act) for act in acts]
        wait_for(lambda: sum(not each.done() for each in doing) <= count_waiting(), "all to have come to the lock")
    return [done.exception() or done.result() for done in doing]


def act_alone(act: Callable[[], Any]) -> Any:
    try:
        return act()
    finally:
        connection.close()


def count_waiting() -> int:
    """How many connections to this database wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT count(DISTINCT waiting.pid) FROM pg_locks waiting JOIN pg_locks held USING (pid)
            WHERE NOT waiting.granted
              AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())""")
        return int(cursor.fetchone()[0])


def list_raised(answers: Iterable[Any]) -> list[Exception]:
    return [answer for answer in answers if isinstance(answer, Exception)]
