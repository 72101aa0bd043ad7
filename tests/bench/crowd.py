"""A site that has been used for years: many courses, and what their students have done, made by SQL alone."""

from __future__ import annotations

import psycopg

# 40 courses of 25 chapters, 2,000 students who have done a seventieth of everything. Triggers are left out: these rows refer to each other as they should, and checking a million takes most of the time.
STATEMENTS = """
SET session_replication_role = replica;
INSERT INTO courses_course (slug, title, summary, level, in_files, needs_review)
  SELECT 'course-' || n, 'Course ' || n, 'What it teaches.', '', '', false FROM generate_series(1, 40) n;
INSERT INTO courses_chapter (course_id, number, slug, title)
  SELECT course.id, n, 'chapter-' || n, 'Chapter ' || n
  FROM courses_course course CROSS JOIN generate_series(1, 25) n WHERE course.slug LIKE 'course-%';
INSERT INTO courses_revision SELECT (jsonb_populate_record(
    (SELECT model FROM courses_revision model ORDER BY id LIMIT 1), jsonb_build_object(
    'id', (SELECT max(id) FROM courses_revision) + row_number() OVER (ORDER BY chapter.id), 'chapter_id', chapter.id))).*
  FROM courses_chapter chapter WHERE chapter.slug LIKE 'chapter-%';
UPDATE courses_chapter chapter SET live_id = revision.id
  FROM courses_revision revision WHERE revision.chapter_id = chapter.id AND chapter.slug LIKE 'chapter-%';
INSERT INTO courses_item (chapter_id, key, kind, title, position, retired_at)
  SELECT chapter.id, item.key, item.kind, item.title, item.position, NULL FROM courses_chapter chapter
  CROSS JOIN (SELECT * FROM courses_item WHERE chapter_id = (SELECT chapter_id FROM courses_revision ORDER BY id LIMIT 1)) item
  WHERE chapter.slug LIKE 'chapter-%';
INSERT INTO accounts_user (email, password, name, is_superuser, is_active, is_staff, date_joined)
  SELECT 'student-' || n || '@example.org', '!', 'Student ' || n, false, true, false, now()
  FROM generate_series(1, 2000) n;
CREATE TEMP TABLE who AS SELECT id, row_number() OVER (ORDER BY id) AS n FROM accounts_user WHERE email LIKE 'student-%';
CREATE TEMP TABLE what AS SELECT id, chapter_id, kind, row_number() OVER (ORDER BY id) AS n FROM courses_item
  WHERE kind IN ('section', 'quiz');
INSERT INTO progress_sectionread (user_id, item_id, read_at)
  SELECT who.id, what.id, now() FROM who JOIN what ON what.kind = 'section' AND (who.n + what.n) % 70 = 0;
INSERT INTO quizzes_attempt (user_id, item_id, choices, correct, created_at)
  SELECT who.id, what.id, '["a"]', true, now() FROM who JOIN what ON what.kind = 'quiz' AND (who.n + what.n) % 70 = 0;
INSERT INTO progress_place (user_id, chapter_id, item_id, updated_at)
  SELECT who.id, what.chapter_id, min(what.id), now() FROM who JOIN what ON what.kind = 'section' AND (who.n + what.n) % 70 = 0
  GROUP BY who.id, what.chapter_id;
SET session_replication_role = DEFAULT;
ANALYZE;
"""


def gather(database: str) -> tuple[int, int]:
    """How many readable chapters and rows of progress there are then. Takes half a minute on a quiet machine."""
    with psycopg.connect(database, autocommit=True) as connection:
        for statement in STATEMENTS.split(";\n"):
            connection.execute(statement.encode())
        return _count(connection, "courses_chapter WHERE live_id IS NOT NULL"), sum(
            _count(connection, table) for table in ("progress_sectionread", "progress_place", "quizzes_attempt")
        )


def _count(connection: psycopg.Connection, where: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {where}".encode()).fetchone()  # noqa: S608
    assert row
    return int(row[0])
