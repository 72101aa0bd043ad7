"""What every kind of thing that can be found says of itself, and what it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector
from django.db.models import Case, F, Value, When
from django.db.models.expressions import Combinable

from apps.courses.models import Course

from .access import Viewer

MAX_MATCHES = 200
"""Of one kind. Nobody reads on behind them, and what is not ranked costs nothing."""

WEIGHTS = [0.1, 0.2, 0.4, 1.0]  # of the letters D to A: a title's word counts two and a half times that of a text
EXACT = 4.0  # more than any rank by words


@dataclass(frozen=True)
class Wanted:
    """What is looked for: `query` is what `to_tsquery` reads, `plainly` the same in the very words, `typed` those."""

    query: str
    plainly: str
    typed: str
    viewer: Viewer
    course: Course | None = None

    @property
    def tsquery(self) -> SearchQuery:
        return _as_tsquery(self.query)


@dataclass(frozen=True)
class Match:
    """Something that was found; `post` is the post by which a thread was."""

    key: int
    rank: float
    post: int = 0


@dataclass(frozen=True)
class Matches:
    """At most `MAX_MATCHES`, best first. What is not `is_whole` leaves out what it would have taken too long to find."""

    matches: list[Match]
    is_whole: bool = True


@dataclass(frozen=True)
class Hit:
    """A match as it is shown. `text` is what a snippet is cut from, `where` says what it stands in."""

    url: str
    title: str
    text: str
    where: str
    at: datetime | None = None


class Kind(Protocol):
    """One kind of thing that can be found. Another one, such as challenges, is one more in `kinds.KINDS`."""

    @property
    def name(self) -> str:
        """In addresses."""
        ...

    @property
    def label(self) -> str:
        """Above what was found."""
        ...

    def find(self, wanted: Wanted) -> Matches:
        """What the viewer may see. The number of queries does not grow with what is found."""
        ...

    def load(self, matches: Sequence[Match]) -> list[Hit]:
        """The matches as they are shown, in their order; what has gone meanwhile is left out. One query."""
        ...


def rank(wanted: Wanted, words: F | SearchVector, title: str | None = "title") -> Combinable:
    """How well something answers: by its words, better by the very words, far better when its title is what was typed."""
    weights = Value(WEIGHTS)
    by_words: Combinable = SearchRank(words, wanted.tsquery, weights=weights)
    if wanted.plainly != wanted.query:
        by_words += SearchRank(words, _as_tsquery(wanted.plainly), weights=weights)
    if title is None:
        return by_words
    return by_words + Case(When(**{f"{title}__iexact": wanted.typed}, then=Value(EXACT)), default=Value(0.0))


def _as_tsquery(query: str) -> SearchQuery:
    return SearchQuery(query, config="english", search_type="raw")
