"""A course loaded whole, for those who take it along."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from xml.etree.ElementTree import Element

from apps.courses.course_file import name_folder
from apps.courses.models import Chapter, Course, Passage, Picture

from .markup import parse

FORM = 3
"""Count up when sites and books are made in another way: what was kept of them is made anew."""


@dataclass(frozen=True)
class Leaf:
    """A readable chapter. `name` is that of its file, without what the file's kind adds."""

    number: int
    slug: str
    title: str
    part: str
    level: str
    summary: str
    updated: datetime.date
    minutes: int
    html: str
    outline: list[Any]
    quizzes: Mapping[str, Any]
    terms: Mapping[str, Any]

    @property
    def name(self) -> str:
        return name_folder(self.number, self.slug)

    @cached_property
    def ids(self) -> frozenset[str]:
        """All that a link can lead to in its text."""
        return frozenset(re.findall(r'\bid="([^"]+)"', self.html))

    @cached_property
    def tree(self) -> Element:
        """Its own, to be changed by whoever makes pages of it once."""
        return parse(self.html)


@dataclass(frozen=True)
class Term:
    """Something that the course explains, and where."""

    key: str
    title: str
    html: str
    leaf: Leaf


@dataclass(frozen=True)
class Book:
    """A course's readable chapters in order. `coming` are the titles of those that have no text yet."""

    slug: str
    title: str
    summary: str
    leaves: list[Leaf]
    coming: list[str]
    changed: datetime.datetime

    @cached_property
    def by_slug(self) -> dict[str, Leaf]:
        return {leaf.slug: leaf for leaf in self.leaves}

    @cached_property
    def terms(self) -> list[Term]:
        """The glossary, in the order of the alphabet."""
        found = [
            Term(key, str(term.get("title", key)), str(term.get("html", "")), leaf)
            for leaf in self.leaves
            for key, term in leaf.terms.items()
        ]
        return sorted(found, key=lambda term: (term.title.casefold(), term.leaf.number, term.key))


def open_book(course: Course) -> Book:
    """The course as it can be read now. One query."""
    chapters = list(_list_chapters(course))
    live = [chapter.live for chapter in chapters if chapter.live]
    return Book(
        slug=course.slug,
        title=course.title,
        summary=course.summary,
        leaves=[_turn(chapter) for chapter in chapters if chapter.live],
        coming=[chapter.title for chapter in chapters if not chapter.live],
        changed=max(
            (revision.created_at for revision in live), default=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
        ),
    )


def print_book(course: Course) -> str:
    """The fingerprint of all that goes into a book or site of the course. One query."""
    places = course.chapters.order_by("number").values_list("number", "slug", "title", "part__title", "live__digest")
    made_of = [FORM, course.slug, course.title, course.summary, list(places)]
    return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()[:32]


def list_passages(course: Course) -> list[Passage]:
    """What can be searched for, in the order of the course. One query."""
    passages = Passage.objects.filter(chapter__course=course).select_related("chapter")
    return list(passages.only("key", "title", "text", "chapter__slug").order_by("chapter__number", "position"))


def load_pictures(digests: set[str]) -> dict[str, Picture]:
    """One query."""
    return {picture.digest: picture for picture in Picture.objects.filter(digest__in=digests)}


def _list_chapters(course: Course) -> list[Chapter]:
    texts = ("live__source", "live__figures", "live__projects")
    return list(course.chapters.select_related("live", "part").defer(*texts).order_by("number"))


def _turn(chapter: Chapter) -> Leaf:
    revision = chapter.live_revision
    return Leaf(
        number=chapter.number,
        slug=chapter.slug,
        title=revision.title,
        part=chapter.part.title if chapter.part else "",
        level=revision.level,
        summary=revision.summary,
        updated=revision.updated,
        minutes=revision.minutes,
        html=revision.html,
        outline=revision.outline,
        quizzes=revision.quizzes,
        terms=revision.terms,
    )
