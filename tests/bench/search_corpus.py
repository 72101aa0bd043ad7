"""A site that has grown for years, made in SQL: 10,000 sections, 100,000 threads, 1,000,000 posts.

Words follow Zipf's law over a vocabulary of the field and of made-up words; “loss” stands in every fifth post.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import psycopg

COURSES = 20
CHAPTERS = 25  # of each course
SECTIONS = 20  # of each chapter
THREADS = 100_000
POSTS = 10  # of each thread

FIELD = """
model tensor gradient training data batch layer network learning rate epoch optimizer step value output input weights
parameter function shape error validation accuracy device memory autograd backward forward module torch convolution
attention embedding transformer dropout activation softmax logits entropy overfitting regularization momentum
checkpoint scheduler dataloader dataset sampling normalization matrix vector dimension broadcast gpu cuda nan infinity
learning_rate zero_grad nn.Linear CrossEntropyLoss torch.compile requires_grad detach clone reshape
"""
SENTENCES = 20_000
SENTENCES_WITH_LOSS = 0.054  # four a post make a fifth of the posts

TABLES = """
CREATE TEMP TABLE word AS SELECT word, place FROM unnest(%s::text[]) WITH ORDINALITY AS each (word, place);
CREATE UNIQUE INDEX ON word (place);
"""
WRITE_SENTENCES = """
DROP TABLE IF EXISTS bench_sentence;
CREATE UNLOGGED TABLE bench_sentence (id int PRIMARY KEY, text text NOT NULL);
INSERT INTO bench_sentence
SELECT number, CASE WHEN random() < %s THEN 'loss ' ELSE '' END || string_agg(word.word, ' ')
FROM generate_series(0, %s - 1) AS number
CROSS JOIN LATERAL (SELECT floor(exp(random() * ln(%s)))::int AS place FROM generate_series(1, 6 + number %% 9)) AS picked
JOIN word USING (place) GROUP BY number;
ANALYZE bench_sentence;
"""
WRITE_COURSES = """
INSERT INTO courses_course (slug, title, summary, level, in_files, needs_review) SELECT 'bench-' || n, 'Course ' || n, '', '', '', false FROM generate_series(1, {COURSES}) n;
INSERT INTO courses_chapter (course_id, number, slug, title)
SELECT course.id, n, 'chapter-' || n, {title} FROM courses_course course, generate_series(1, {CHAPTERS}) n
WHERE course.slug LIKE 'bench-%';
CREATE TEMP TABLE made AS SELECT chapter.id FROM courses_chapter chapter JOIN courses_course course ON course.id = course_id
WHERE course.slug LIKE 'bench-%';
INSERT INTO courses_revision (
  chapter_id, number, origin, source, figures, digest, title, level, summary, updated, html, outline, quizzes, projects,
  terms, requires, minutes, run_minutes, note, created_at)
SELECT chapter.id, 1, 'file', '', '{{}}', '', chapter.title, 'Beginner', '', now(), '', '[]', '{{}}', '{{}}', '{{}}', '[]', 1, 0, '', now()
FROM courses_chapter chapter JOIN made USING (id);
UPDATE courses_chapter SET live_id = revision.id FROM courses_revision revision JOIN made ON made.id = revision.chapter_id
WHERE courses_chapter.id = revision.chapter_id;
INSERT INTO courses_passage (chapter_id, kind, key, position, title, text)
SELECT made.id, CASE WHEN n % 10 = 0 THEN 'term' ELSE 'section' END, 'section-' || n, n, {title},
  (SELECT string_agg(text, '. ') FROM bench_sentence WHERE id BETWEEN (made.id * {SECTIONS} + n) * 30 % 19000
    AND (made.id * {SECTIONS} + n) * 30 % 19000 + CASE WHEN n % 10 = 0 THEN 3 ELSE 30 END)
FROM made, generate_series(1, {SECTIONS}) n;
""".replace("{title}", "left((SELECT text FROM bench_sentence WHERE id = (hashint8(n * 7919) & 16383)), 60)").format(
    COURSES=COURSES, CHAPTERS=CHAPTERS, SECTIONS=SECTIONS
)
WRITE_THREADS = f"""
CREATE TEMP TABLE place AS SELECT id, row_number() OVER () - 1 AS seat FROM made;
INSERT INTO discussions_thread (
  chapter_id, kind, anchor_kind, anchor_key, state, slow_seconds, has_run, score, title, replies, created_at, active_at)
SELECT place.id, 'question', 'chapter', '', 'visible', 0, false, 0, left((SELECT text FROM bench_sentence WHERE id = (hashint8(n) & 16383)), 80), {POSTS} - 1, now() - make_interval(mins => {THREADS} - n), now()
FROM generate_series(0, {THREADS} - 1) n JOIN place ON place.seat = n % ({COURSES} * {CHAPTERS}) ORDER BY n;
"""  # noqa: S608 - our own numbers
WRITE_POSTS = """
INSERT INTO discussions_post (
  id, thread_id, parent_id, client_token, body, html, path, depth, created_at, state, ups, downs, active_at)
SELECT post, thread, CASE WHEN reply THEN first END, gen_random_uuid(), body, '<p>' || body || '</p>',
  CASE WHEN reply THEN int8send(first) || int8send(post) ELSE int8send(post) END, CASE WHEN reply THEN 1 ELSE 0 END,
  now() - make_interval(mins => (%(last)s - n)::int), 'visible', 0, 0, now()
FROM generate_series(%(begin)s::bigint, %(end)s - 1) AS n
CROSS JOIN LATERAL (SELECT %(post)s + n AS post, %(thread)s + n / %(each)s AS thread,
  %(post)s + n / %(each)s * %(each)s AS first, n %% %(each)s > 0 AS reply) AS ids
CROSS JOIN LATERAL (
  SELECT string_agg(text, '. ') AS body FROM generate_series(1, 2 + n %% 5) AS each
  JOIN bench_sentence ON id = (hashint8extended(n, each) & 2147483647) %% %(sentences)s) AS written;
"""
WRITE_OPENINGS = """
INSERT INTO search_opening (post_id, found_by) SELECT post.id, thread.found_by || post.found_by
FROM discussions_post post JOIN discussions_thread thread ON thread.id = post.thread_id
WHERE post.parent_id IS NULL ON CONFLICT DO NOTHING;
"""
FIRST_THREAD = "SELECT max(id) - %s + 1 FROM discussions_thread"
FIRST_POST = "SELECT coalesce(max(id), 0) + 1 FROM discussions_post"
INDEXES = {
    "post_found_by": "CREATE INDEX post_found_by ON discussions_post USING gin (found_by) WITH (fastupdate = off)",
    "thread_found_by": "CREATE INDEX thread_found_by ON discussions_thread USING gin (found_by)",
}


def make_vocabulary(size: int = 5_000) -> list[str]:
    """Words of the field, the usual first; behind them made-up ones that can be spoken."""
    dice = random.Random(5)  # noqa: S311 - not for secrets
    syllables = [one + two for one in "bcdfglmnprstv" for two in ("a", "e", "i", "o", "u", "an", "er", "in", "ol")]
    made = {"".join(dice.choices(syllables, k=dice.choice((2, 3, 3, 4)))) for _ in range(2 * size)}
    return [*FIELD.split(), *dice.sample(sorted(made), len(made))][:size]


def fill(address: str, vocabulary: Sequence[str]) -> None:
    """Writes it all. About a minute and a half; posts by two connections at once, their index at the end."""
    with psycopg.connect(address, autocommit=True) as database:
        database.execute("SELECT setseed(0.5)")
        run(database, TABLES, [list(vocabulary)])
        run(database, WRITE_SENTENCES, [SENTENCES_WITH_LOSS, SENTENCES, len(vocabulary)])
        for name in INDEXES:
            database.execute(f"DROP INDEX IF EXISTS {name}")
        run(database, WRITE_COURSES)
        run(database, WRITE_THREADS)
        fill_posts(database, address)
        database.execute("SET maintenance_work_mem = '512MB'")
        for create in INDEXES.values():
            database.execute(create)
        database.execute(WRITE_OPENINGS)
        database.execute("DROP TABLE bench_sentence")
        for table in (
            "courses_passage",
            "courses_chapter",
            "discussions_thread",
            "discussions_post",
            "search_opening",
            "search_word",
        ):
            database.execute(f"VACUUM ANALYZE {table}")


def run(database: psycopg.Connection, statements: str, params: Sequence[object] = ()) -> None:
    """Several statements; those with parameters get as many of them as they name."""
    rest = list(params)
    for statement in filter(str.strip, statements.split(";\n")):
        count = statement.count("%s")
        database.execute(statement, rest[:count] or None)
        rest = rest[count:]


def fill_posts(database: psycopg.Connection, address: str) -> None:
    [thread] = database.execute(FIRST_THREAD, [THREADS]).fetchone() or [0]
    [post] = database.execute(FIRST_POST).fetchone() or [0]
    count = THREADS * POSTS
    known = {"thread": thread, "post": post, "each": POSTS, "sentences": SENTENCES, "last": count}

    def write(begin: int) -> None:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")  # keys are right by the way they are made
            connection.execute(WRITE_POSTS, known | {"begin": begin, "end": begin + count // 2})

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, (0, count // 2)))
    database.execute("SELECT setval(pg_get_serial_sequence('discussions_post', 'id'), %s)", [post + count])
