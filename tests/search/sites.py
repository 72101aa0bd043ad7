"""Builders, and how a test asks."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from apps.courses.models import Chapter, Passage
from apps.search.access import Viewer
from apps.search.finding import OVERVIEW, Answer, Group, Wish, search
from tests.discussions.talks import build_chapter, build_person, build_thread

__all__ = [
    "add_section",
    "add_term",
    "ask",
    "build_chapter",
    "build_person",
    "build_thread",
    "list_titles",
    "mark",
    "read",
]

PAGE = "/search/"


def add_section(
    chapter: Chapter, title: str, text: str = "", *, kind: Passage.Kind = Passage.Kind.SECTION, key: str = ""
) -> Passage:
    position = chapter.passages.count()
    key = key or f"{kind}-{position}"
    return Passage.objects.create(chapter=chapter, kind=kind, key=key, position=position, title=title, text=text)


def add_term(chapter: Chapter, title: str, text: str = "") -> Passage:
    return add_section(chapter, title, text, kind=Passage.Kind.TERM)


def ask(typed: str, *, viewer: Viewer | None = None, wish: Wish = OVERVIEW) -> Answer:
    return search(actor=viewer or AnonymousUser(), typed=typed, wish=wish)


def list_titles(answer: Answer, kind: str = "section") -> list[str]:
    """The titles of what was found of this kind, in its order."""
    return [read(found.title) for group in answer.groups if group.name == kind for found in group.found]


def read(pieces: object) -> str:
    return "".join(piece.text for piece in pieces)  # type: ignore[attr-defined]


def mark(pieces: object) -> list[str]:
    """What is marked."""
    return [piece.text for piece in pieces if piece.marked]  # type: ignore[attr-defined]


def first(answer: Answer) -> Group:
    return answer.groups[0]
