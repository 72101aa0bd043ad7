"""Every term that a course's chapters explain, as the live texts have it now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from apps.courses.models import Chapter


@dataclass(frozen=True)
class Term:
    """`path` is `chapter/key`, as the chapters' links have it; `anchor` is where it stands in the glossary."""

    path: str
    title: str
    also: list[str]
    html: SafeString
    chapter: str
    taught_url: str
    anchor: str


@dataclass(frozen=True)
class Letter:
    """Terms that begin alike; those that begin with no letter stand under “#”."""

    name: str
    anchor: str
    terms: list[Term]


def list_terms(chapters: Iterable[Chapter]) -> list[Term]:
    """The terms of these readable chapters in alphabetical order; `course` and `live.terms` have to be loaded. No query."""
    terms = [
        _make_term(chapter, key, stored) for chapter in chapters for key, stored in chapter.live_revision.terms.items()
    ]
    return sorted(terms, key=lambda term: (_find_letter(term) != "#", term.title.casefold(), term.path))


def sort_by_letter(terms: Iterable[Term]) -> list[Letter]:
    """Terms as `list_terms` gives them."""
    letters = [(name, list(some)) for name, some in groupby(terms, key=_find_letter)]
    return [Letter(name, "other" if name == "#" else f"letter-{name.lower()}", some) for name, some in letters]


def describe(terms: Iterable[Term], url: str) -> dict[str, dict[str, str]]:
    """The terms by path, as the pop-overs of a chapter need them; `url` is the glossary's."""
    return {term.path: {"title": term.title, "html": term.html, "url": f"{url}#{term.anchor}"} for term in terms}


def _make_term(chapter: Chapter, key: str, stored: dict[str, object]) -> Term:
    url = reverse("progress:chapter", args=[chapter.course.slug, chapter.slug])
    also = stored.get("also") or []
    return Term(
        path=f"{chapter.slug}/{key}",
        title=str(stored["title"]),
        also=[also]
        if isinstance(also, str)
        else [str(each) for each in also if each]
        if isinstance(also, list)
        else [],
        html=mark_safe(str(stored["html"])),  # noqa: S308  made safe when it was published
        chapter=chapter.live_revision.title,
        taught_url=f"{url}#{key}",
        anchor=f"{chapter.slug}--{key}",
    )


def _find_letter(term: Term) -> str:
    first = term.title[:1].upper()
    return first if first.isalpha() else "#"
