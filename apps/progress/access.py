"""What a reader may open: every chapter with a live text, and their own standing in it and nobody else's."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.http import Http404

from apps.accounts.models import User
from apps.courses.models import Item
from apps.quizzes.visits import Reader, Visit

from .standing import Draft, LastRun, Standing
from .texts import Text, load_text

# By hand, because this is the hottest query of the site: the ORM takes longer to write it than Postgres to answer it.
CHAPTER = """
SELECT chapter.id, chapter.number, chapter.live_id, condition.stamp, course.title,
  (SELECT jsonb_build_array(other.slug, other.title) FROM courses_chapter other
   WHERE other.course_id = course.id AND other.live_id IS NOT NULL AND other.number < chapter.number
   ORDER BY other.number DESC LIMIT 1),
  (SELECT jsonb_build_array(other.slug, other.title) FROM courses_chapter other
   WHERE other.course_id = course.id AND other.live_id IS NOT NULL AND other.number > chapter.number
   ORDER BY other.number LIMIT 1)
  {standing}
FROM courses_chapter chapter JOIN courses_course course ON course.id = chapter.course_id
LEFT JOIN verification_condition condition
  ON condition.chapter_id = chapter.id AND condition.revision_id = chapter.live_id
WHERE course.slug = %(course)s AND chapter.slug = %(chapter)s AND chapter.live_id IS NOT NULL
"""
STANDING = """,
  ARRAY(SELECT item.key FROM courses_item item JOIN progress_sectionread section ON section.item_id = item.id
        WHERE item.chapter_id = chapter.id AND section.user_id = %(user)s),
  (SELECT item.key FROM progress_place place JOIN courses_item item ON item.id = place.item_id
   WHERE place.chapter_id = chapter.id AND place.user_id = %(user)s),
  (SELECT jsonb_object_agg(tried.key, tried.solved) FROM (
     SELECT item.key, bool_or(attempt.correct) AS solved
     FROM courses_item item JOIN quizzes_attempt attempt ON attempt.item_id = item.id
     WHERE item.chapter_id = chapter.id AND attempt.user_id = %(user)s GROUP BY item.key) tried),
  (SELECT jsonb_object_agg(item.key, jsonb_build_array(run.id, run.state))
   FROM courses_item item CROSS JOIN LATERAL (
     SELECT id, state FROM runs_run WHERE project_id = item.id AND user_id = %(user)s
     ORDER BY created_at DESC LIMIT 1) run
   WHERE item.chapter_id = chapter.id AND item.kind = 'project'),
  ARRAY(SELECT item.key FROM courses_item item
        WHERE item.chapter_id = chapter.id AND item.kind = 'project' AND EXISTS (
          SELECT FROM runs_run WHERE project_id = item.id AND user_id = %(user)s AND state = 'succeeded' AND goal_met)),
  ARRAY(SELECT item.key FROM courses_item item
        WHERE item.chapter_id = chapter.id AND item.kind = 'project' AND EXISTS (
          SELECT FROM runs_run WHERE project_id = item.id AND user_id = %(user)s AND prediction IS NOT NULL)),
  (SELECT finished_at FROM progress_finish WHERE chapter_id = chapter.id AND user_id = %(user)s),
  (SELECT jsonb_object_agg(item.key, jsonb_build_array(draft.code, draft.revision))
   FROM courses_item item JOIN runs_draft draft ON draft.project_id = item.id
   WHERE item.chapter_id = chapter.id AND draft.user_id = %(user)s)
"""


NO_CHAPTER = "There is no such chapter, or it has not been published yet."

CHAPTER_ALONE = CHAPTER.format(standing="")
CHAPTER_AND_STANDING = CHAPTER.format(standing=STANDING)


@dataclass(frozen=True)
class Neighbour:
    slug: str
    title: str


@dataclass(frozen=True)
class Reading:
    """A chapter open before a reader: which it is, its live text, what stands beside it, how far they have come."""

    chapter: int
    number: int
    slug: str
    course_slug: str
    course_title: str
    text: Text
    verified_on: str
    standing: Standing
    previous: Neighbour | None
    next: Neighbour | None


def load_reading(reader: Reader, course: str, chapter: str) -> Reading:
    """A readable chapter as `reader` finds it, or 404. One query (two more when this process first sees the text)."""
    student = reader if isinstance(reader, User) else None
    row = _find_chapter(student, course, chapter)
    if row is None:
        raise Http404(NO_CHAPTER)
    key, number, live, stamp, course_title, before, after, *done = row
    return Reading(
        chapter=key,
        number=number,
        slug=chapter,
        course_slug=course,
        course_title=course_title,
        text=load_text(live),
        verified_on=stamp or "",
        standing=Standing.of_visit(reader.notes(key)) if isinstance(reader, Visit) else _read_standing(*done),
        previous=Neighbour(*json.loads(before)) if before else None,
        next=Neighbour(*json.loads(after)) if after else None,
    )


def load_sections(course: str, chapter: str) -> dict[str, Item]:
    """The sections of a readable chapter by key, those retired by an edit included, or 404. One query."""
    sections = Item.objects.filter(
        chapter__course__slug=course, chapter__slug=chapter, chapter__live__isnull=False, kind=Item.Kind.SECTION
    )
    found = {item.key: item for item in sections}
    if not found:
        raise Http404(NO_CHAPTER)
    return found


def _find_chapter(student: User | None, course: str, chapter: str) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        wanted = {"course": course, "chapter": chapter, "user": student.pk if student else None}
        cursor.execute(CHAPTER_AND_STANDING if student else CHAPTER_ALONE, wanted)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


def _read_standing(
    read: list[str],
    place: str | None,
    answered: str | None,
    runs: str | None,
    reached: list[str],
    predicted: list[str],
    finished: datetime | None,
    drafts: str | None,
) -> Standing:
    """From the columns of STANDING; Django leaves the decoding of a raw query's JSON to us."""
    return Standing(
        read=frozenset(read),
        place=place,
        answered=json.loads(answered or "{}"),
        last_runs={key: LastRun(*run) for key, run in json.loads(runs or "{}").items()},
        reached=frozenset(reached),
        predicted=frozenset(predicted),
        finished_at=finished,
        drafts={key: Draft(*draft) for key, draft in json.loads(drafts or "{}").items()},
    )
