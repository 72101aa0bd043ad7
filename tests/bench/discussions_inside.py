"""`python -m tests.bench.discussions_inside THREAD CHAPTER DEEP`: what pages of discussions ask for and a vote costs, in JSON:
for each milliseconds (the median of the quietest round) and queries. `*_statement` is the one statement that decides.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
from collections.abc import Callable, Iterator
from time import perf_counter

ROUNDS, EACH = 25, 5
QUEUE = 50
Acts = dict[str, Callable[[], object]]


def main(thread_id: int, chapter_id: int, deep: str) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    acts = list_acts(thread_id, chapter_id, deep)
    took: dict[str, list[float]] = {name: [] for name in acts}
    queries = {}
    for name, act in acts.items():
        with CaptureQueriesContext(connection) as captured:
            act()
        queries[name] = len(captured)
    for _ in range(ROUNDS):
        for name, act in acts.items():
            took[name].append(statistics.median(list(clock(act))))
    print(json.dumps({name: (min(times), queries[name]) for name, times in took.items()}))


def clock(act: Callable[[], object]) -> Iterator[float]:
    for _ in range(EACH):
        begin = perf_counter()
        act()
        yield (perf_counter() - begin) * 1000


def list_acts(thread_id: int, chapter_id: int, deep: str) -> Acts:
    from django.contrib.auth.models import AnonymousUser

    from apps.accounts.models import Role, User
    from apps.courses.models import Chapter
    from apps.discussions.access import load_thread
    from apps.discussions.branches import Order, find_ids, list_branches, read_cursor
    from apps.discussions.lists import Sort, Wish, list_threads
    from apps.moderation.access import list_queue

    viewer, moderator = AnonymousUser(), User.objects.filter(groups__name=Role.MODERATOR)[0]
    thread, chapter = load_thread(viewer, thread_id), Chapter.objects.select_related("course").get(pk=chapter_id)
    after = read_cursor(Order.TOP, deep)
    queue = list_queue(moderator).select_related("post__thread", "post__author")
    return {
        "floor_statement": read_row,
        "thread_page": lambda: list_branches(viewer, thread, order=Order.TOP),
        "thread_page_statement": lambda: find_ids(viewer, thread, Order.TOP, None),
        "thread_page_deep": lambda: list_branches(viewer, thread, order=Order.TOP, after=after),
        "thread_page_deep_statement": lambda: find_ids(viewer, thread, Order.TOP, after),
        "list_page": lambda: list_threads(viewer, chapter, Wish(Sort.NEWEST)),
        "queue_page": lambda: list(queue[:QUEUE]),
        **list_votes(thread_id),
    }


def list_votes(thread_id: int) -> Acts:
    """Votes of many people on many posts of the great thread; the floor is one committed row."""
    from django.db import connection

    from apps.accounts.models import User
    from apps.discussions.models import Post
    from apps.discussions.voting import vote

    dice = random.Random(3)  # noqa: S311 - not for secrets
    people = list(User.objects.filter(email__startswith="talker-")[:500])
    posts = list(Post.objects.select_related("author", "thread__chapter").filter(thread=thread_id, depth=1)[:2_000])

    def cast() -> None:
        post = dice.choice(posts)
        vote(
            actor=dice.choice([one for one in people if one.pk != post.author_id]),
            post=post,
            value=dice.choice((1, -1)),
        )

    def write_row() -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE accounts_user SET date_joined = now() WHERE id = %s", [dice.choice(people).pk])

    return {"vote": cast, "vote_floor": write_row}


def read_row() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT title FROM discussions_thread ORDER BY id LIMIT 1")
        cursor.fetchone()


if __name__ == "__main__":
    sys.path.insert(0, "platform")
    import django

    django.setup()
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
