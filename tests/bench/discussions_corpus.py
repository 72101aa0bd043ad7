"""Discussions that have grown for years, made in SQL: a great thread, and threads of ten posts around it.

In the great thread four posts of five answer the first one, the fifth stands below the one before it. A post of twelve has
votes, one of a hundred waits in the queue of moderators.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import psycopg

from tests.bench.search_corpus import (
    INDEXES,
    SENTENCES,
    SENTENCES_WITH_LOSS,
    TABLES,
    WRITE_SENTENCES,
    make_vocabulary,
    run,
)

PEOPLE = 2_000
EACH = 10  # posts of an ordinary thread
QUEUED = 100  # posts to one that waits for moderators

WRITE_PEOPLE = f"""
INSERT INTO accounts_user (email, password, name, is_superuser, is_active, is_staff, date_joined)
SELECT 'talker-' || n || '@example.org', '!', 'Talker ' || n, false, true, false, now() - interval '90 days'
FROM generate_series(1, {PEOPLE}) n ON CONFLICT DO NOTHING;
"""  # noqa: S608 - our own numbers
WRITE_THREADS = """
INSERT INTO discussions_thread (
  chapter_id, kind, anchor_kind, anchor_key, author_id, state, slow_seconds, has_run, score, title, replies, created_at,
  active_at)
SELECT %(chapter)s, 'question', 'chapter', '', %(person)s + n %% %(people)s, 'visible', 0, false, random(),
  'Talk number ' || n, CASE WHEN n = 0 THEN %(great)s ELSE %(each)s END - 1, now(), now() - make_interval(secs => n)
FROM generate_series(0, %(threads)s - 1) n ORDER BY n
RETURNING id;
"""
# Number n of the corpus: of the great thread below `great`, of an ordinary one from there on.
WRITE_POSTS = """
INSERT INTO discussions_post (
  id, thread_id, parent_id, author_id, client_token, body, html, path, depth, created_at, state, ups, downs, active_at)
SELECT post, thread, CASE depth WHEN 0 THEN NULL WHEN 1 THEN first ELSE post - 1 END, %(person)s + n * 7 %% %(people)s,
  gen_random_uuid(), body, '<p>' || body || '</p>',
  CASE depth WHEN 0 THEN ''::bytea WHEN 1 THEN int8send(first) ELSE int8send(first) || int8send(post - 1) END
    || int8send(post), depth, now() - make_interval(secs => (%(posts)s - n)::int), 'visible',
  CASE WHEN n %% 12 = 0 THEN hashint8(n) & 63 ELSE 0 END, CASE WHEN n %% 12 = 0 THEN hashint8(n + 1) & 15 ELSE 0 END,
  now() - make_interval(secs => (%(posts)s - n)::int)
FROM generate_series(%(begin)s::bigint, %(end)s::bigint - 1) AS n
CROSS JOIN LATERAL (SELECT n < %(great)s AS is_great, (n - %(great)s) / %(each)s AS place) AS found
CROSS JOIN LATERAL (SELECT %(post)s + n AS post,
  CASE WHEN is_great THEN %(thread)s ELSE %(thread)s + 1 + place END AS thread,
  CASE WHEN is_great THEN %(post)s ELSE %(post)s + %(great)s + place * %(each)s END AS first) AS ids
CROSS JOIN LATERAL (SELECT CASE WHEN post = first THEN 0 WHEN is_great AND n %% 5 = 0 THEN 2 ELSE 1 END AS depth) AS deep
CROSS JOIN LATERAL (
  SELECT string_agg(text, '. ') AS body FROM generate_series(1, 2 + n %% 3) AS each
  JOIN bench_sentence ON id = (hashint8extended(n, each) & 2147483647) %% %(sentences)s) AS written;
"""
WRITE_QUEUE = f"""
INSERT INTO moderation_reviewitem (post_id, course_id, why, note, state, version, score, opened_at)
SELECT post.id, %(course)s, 'flagged', '', 'open', 1, random() * 9, now()
FROM discussions_post post WHERE post.id >= %(post)s AND post.id %% {QUEUED} = 0;
INSERT INTO moderation_flag (post_id, item_id, person_id, reason_id, note, weight, created_at)
SELECT item.post_id, item.id, %(person)s + (item.id + n * 7) %% %(people)s, reason.id, '', 1, now()
FROM moderation_reviewitem item CROSS JOIN generate_series(0, 2) n
CROSS JOIN (SELECT id FROM moderation_flagreason ORDER BY id LIMIT 1) reason WHERE item.post_id >= %(post)s;
"""  # noqa: S608 - our own numbers
FIND_REPLIES = """
SELECT wilson, id FROM discussions_post WHERE thread_id = %(thread)s AND depth = 1 ORDER BY -wilson, id
"""
TABLES_GROWN = (
    "accounts_user",
    "discussions_thread",
    "discussions_post",
    "moderation_reviewitem",
    "moderation_flag",
)


FIND_QUEUE = "SELECT score, id FROM moderation_reviewitem WHERE state = 'open' ORDER BY -score, id OFFSET %s LIMIT 1"


class Grown(NamedTuple):
    """What has been written: the great thread, and cursors.

    `deep` is that of its page after a quarter of the replies to its first post, the best first; `reply` is one of them.
    `queue` is that of the queue of moderators after a quarter of what waits.
    """

    thread: int
    deep: str
    reply: int
    queue: str


def write_words(address: str) -> None:
    """The sentences that posts are put together from; `forget_words` at the end."""
    vocabulary = make_vocabulary()
    with psycopg.connect(address, autocommit=True) as database:
        database.execute("SELECT setseed(0.5)")
        run(database, TABLES, [list(vocabulary)])
        run(database, WRITE_SENTENCES, [SENTENCES_WITH_LOSS, SENTENCES, len(vocabulary)])
        database.execute(WRITE_PEOPLE)


def forget_words(address: str) -> None:
    with psycopg.connect(address, autocommit=True) as database:
        database.execute("DROP TABLE bench_sentence")


def grow(address: str, *, posts: int, great: int) -> Grown:
    """Writes so many posts more, with one thread of `great`, under the first chapter. Some ten thousand a second."""
    with psycopg.connect(address, autocommit=True) as database:
        for name in INDEXES:
            database.execute(f"DROP INDEX IF EXISTS {name}")
        known = find_keys(database) | {"posts": posts, "great": great, "each": EACH, "sentences": SENTENCES}
        known |= {"people": PEOPLE, "threads": 1 + (posts - great) // EACH}
        known["thread"] = min(row[0] for row in database.execute(WRITE_THREADS, known))
        write_posts(address, known)
        database.execute("SELECT setval(pg_get_serial_sequence('discussions_post', 'id'), %(post)s + %(posts)s)", known)
        for statement in WRITE_QUEUE.split(";\n")[:-1]:
            database.execute(statement, known)
        database.execute("SET maintenance_work_mem = '512MB'")
        for create in INDEXES.values():
            database.execute(create)
        for table in TABLES_GROWN:
            database.execute(f"VACUUM ANALYZE {table}")
        database.execute("CHECKPOINT")
        replies = database.execute(FIND_REPLIES, known).fetchall()
        waiting = database.execute(FIND_QUEUE, [posts // QUEUED // 4]).fetchone() or (0.0, 0)
    score, last = replies[len(replies) // 4 - 1]
    return Grown(known["thread"], f"{score!r}~{last}", last, f"{waiting[0]!r}~{waiting[1]}")


def find_keys(database: psycopg.Connection) -> dict[str, int]:
    found = database.execute(
        "SELECT chapter.id, course_id, (SELECT min(id) FROM accounts_user WHERE email LIKE 'talker-%'),"
        " (SELECT coalesce(max(id), 0) + 1 FROM discussions_post)"
        " FROM courses_chapter chapter WHERE live_id IS NOT NULL ORDER BY course_id, number LIMIT 1"
    ).fetchone()
    assert found, "there is no chapter"
    return dict(zip(("chapter", "course", "person", "post"), found, strict=True))


def write_posts(address: str, known: dict[str, int]) -> None:
    """By two connections at once."""
    half = known["posts"] // 2

    def write(begin: int, end: int) -> None:
        with psycopg.connect(address, autocommit=True) as database:
            database.execute("SET session_replication_role = replica")  # keys are right by the way they are made
            database.execute(WRITE_POSTS, known | {"begin": begin, "end": end})

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, (0, half), (half, known["posts"])))
