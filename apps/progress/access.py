"""What a reader may open: every chapter with a live text, and their own standing in it and nobody else's."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.http import Http404

from apps.accounts import recognition
from apps.accounts.recognition import Asker
from apps.accounts.statements import fetch_row
from apps.courses.models import Item
from apps.quizzes.visits import Reader, Visit, read_notes

from .standing import Draft, LastRun, Standing
from .texts import Text, load_text

# By hand, because this is the hottest query of the site: the ORM takes longer to write it than Postgres to answer it.
# `asker` is who asks for it, by the session; `user` says where the standing's owner comes from.
CHAPTER = """
SELECT {asker} chapter.id, chapter.number, chapter.live_id, coalesce(condition.stamp, ''), course.title,
  (SELECT jsonb_build_array(other.slug, other.title) FROM courses_chapter other
   WHERE other.course_id = course.id AND other.live_id IS NOT NULL AND other.number < chapter.number
   ORDER BY other.number DESC LIMIT 1),
  (SELECT jsonb_build_array(other.slug, other.title) FROM courses_chapter other
   WHERE other.course_id = course.id AND other.live_id IS NOT NULL AND other.number > chapter.number
   ORDER BY other.number LIMIT 1),
  (SELECT jsonb_agg(jsonb_build_array(other.slug, other.title, other.live_id IS NOT NULL) ORDER BY other.number)
   FROM courses_revision live JOIN courses_chapter other ON live.requires ? other.slug
   WHERE live.id = chapter.live_id AND other.course_id = course.id)
  {standing}
FROM courses_chapter chapter JOIN courses_course course ON course.id = chapter.course_id
LEFT JOIN verification_condition condition
  ON condition.chapter_id = chapter.id AND condition.revision_id = chapter.live_id
{joins}
WHERE course.slug = %(course)s AND chapter.slug = %(chapter)s AND chapter.live_id IS NOT NULL
"""
PUBLISHED = 8
"""How many columns say which chapter it is."""

STANDING = """, jsonb_build_object(
  'read', ARRAY(
    SELECT item.key FROM courses_item item JOIN progress_sectionread section ON section.item_id = item.id
    WHERE item.chapter_id = chapter.id AND item.kind = 'section' AND section.user_id = {user}),
  'place', (
    SELECT item.key FROM progress_place place JOIN courses_item item ON item.id = place.item_id
    WHERE place.chapter_id = chapter.id AND place.user_id = {user}),
  'answered', (
    SELECT jsonb_object_agg(tried.key, tried.solved) FROM (
      SELECT item.key, bool_or(attempt.correct) AS solved
      FROM courses_item item JOIN quizzes_attempt attempt ON attempt.item_id = item.id
      WHERE item.chapter_id = chapter.id AND item.kind = 'quiz' AND attempt.user_id = {user} GROUP BY item.key) tried),
  'last_runs', (
    SELECT jsonb_object_agg(item.key, jsonb_build_array(run.id, run.state))
    FROM courses_item item CROSS JOIN LATERAL (
      SELECT id, state FROM runs_run WHERE project_id = item.id AND user_id = {user}
      ORDER BY created_at DESC LIMIT 1) run
    WHERE item.chapter_id = chapter.id AND item.kind = 'project'),
  'reached', ARRAY(
    SELECT item.key FROM courses_item item
    WHERE item.chapter_id = chapter.id AND item.kind = 'project' AND EXISTS (
      SELECT FROM runs_run WHERE project_id = item.id AND user_id = {user} AND state = 'succeeded' AND goal_met)),
  'predicted', ARRAY(
    SELECT item.key FROM courses_item item
    WHERE item.chapter_id = chapter.id AND item.kind = 'project' AND EXISTS (
      SELECT FROM runs_run WHERE project_id = item.id AND user_id = {user} AND prediction IS NOT NULL)),
  'finished_at', (SELECT finished_at FROM progress_finish WHERE chapter_id = chapter.id AND user_id = {user}),
  'drafts', (
    SELECT jsonb_object_agg(item.key, jsonb_build_array(draft.code, draft.revision))
    FROM courses_item item JOIN runs_draft draft ON draft.project_id = item.id
    WHERE item.chapter_id = chapter.id AND item.kind = 'project' AND draft.user_id = {user}),
  'known', ARRAY(
    SELECT other.slug FROM progress_finish finish JOIN courses_chapter other ON other.id = finish.chapter_id
    JOIN courses_revision live ON live.id = chapter.live_id AND live.requires ? other.slug
    WHERE finish.user_id = {user} AND other.course_id = course.id))
"""


NO_CHAPTER = "There is no such chapter, or it has not been published yet."

FOR_ANYBODY = CHAPTER.format(asker="", standing="", joins="")
FOR_STUDENT = CHAPTER.format(asker="", standing=STANDING.format(user="%(user)s"), joins="")
FOR_SESSION = CHAPTER.format(
    asker=f"{recognition.COLUMNS},", standing=STANDING.format(user="person.id"), joins=recognition.JOINS
)


class Neighbour(NamedTuple):
    slug: str
    title: str


class Needed(NamedTuple):
    """A chapter that should be known first; one that is only announced cannot be read yet."""

    slug: str
    title: str
    is_readable: bool


class Published(NamedTuple):
    """A chapter as everybody finds it: which it is, the id of its live text, what stands beside it."""

    course_slug: str
    slug: str
    id: int
    number: int
    live: int
    verified_on: str
    course_title: str
    previous: Neighbour | None
    next: Neighbour | None
    needed: tuple[Needed, ...]


@dataclass(frozen=True)
class Reading:
    """A chapter open before a reader: its live text, and how far they have come."""

    chapter: Published
    text: Text
    standing: Standing


def load_published(course: str, chapter: str) -> Published:
    """A readable chapter, or 404. One query."""
    return _read_published(course, chapter, *_fetch(FOR_ANYBODY, course, chapter))


def load_reading(reader: Reader, course: str, chapter: str) -> Reading:
    """A readable chapter as `reader` finds it, or 404. One query (two more when this process first sees the text)."""
    if isinstance(reader, Visit):
        published = load_published(course, chapter)
        return Reading(published, load_text(published.live), Standing.of_visit(reader.notes(published.id)))
    row = _fetch(FOR_STUDENT, course, chapter, user=reader.pk)
    published = _read_published(course, chapter, *row[:PUBLISHED])
    return Reading(published, load_text(published.live), _read_standing(row[PUBLISHED]))


def open_reading(session: str, course: str, chapter: str) -> tuple[Asker, Reading]:
    """The same for who holds the session of this key, and who that is: session, person, roles, chapter and standing in
    one query (and another when this process first sees the session). Raises `Unrecognised`.
    """
    row = _fetch(FOR_SESSION, course, chapter, **recognition.guess(session))
    asker = recognition.recognise(*row[: recognition.WIDTH])
    published = _read_published(course, chapter, *row[recognition.WIDTH : recognition.WIDTH + PUBLISHED])
    noted = read_notes(asker.session, published.id)
    standing = _read_standing(row[-1]) if asker.person else Standing.of_visit(noted)
    return asker, Reading(published, load_text(published.live), standing)


def load_sections(course: str, chapter: str) -> dict[str, Item]:
    """The sections of a readable chapter by key, those retired by an edit included, or 404. One query."""
    sections = Item.objects.filter(
        chapter__course__slug=course, chapter__slug=chapter, chapter__live__isnull=False, kind=Item.Kind.SECTION
    )
    found = {item.key: item for item in sections}
    if not found:
        raise Http404(NO_CHAPTER)
    return found


def _fetch(statement: str, course: str, chapter: str, **who: str | int | None) -> tuple[Any, ...]:
    row = fetch_row(statement, {"course": course, "chapter": chapter, **who})
    if row is None:
        raise Http404(NO_CHAPTER)
    return row


def _read_published(
    course: str, chapter: str, key: int, number: int, live: int, stamp: str, title: str, *beside: str | None
) -> Published:
    *neighbours, needed = beside
    previous, following = (Neighbour(*json.loads(one)) if one else None for one in neighbours)
    first = tuple(Needed(*one) for one in json.loads(needed)) if needed else ()
    return Published(course, chapter, key, number, live, stamp, title, previous, following, first)


def _read_standing(told: str) -> Standing:
    """From the one column of STANDING."""
    found = json.loads(told)
    finished = found["finished_at"]
    return Standing(
        read=frozenset(found["read"]),
        place=found["place"],
        answered=found["answered"] or {},
        last_runs={key: LastRun(*run) for key, run in (found["last_runs"] or {}).items()},
        reached=frozenset(found["reached"]),
        predicted=frozenset(found["predicted"]),
        finished_at=datetime.fromisoformat(finished) if finished else None,
        drafts={key: Draft(*draft) for key, draft in (found["drafts"] or {}).items()},
        known=frozenset(found["known"]),
    )
