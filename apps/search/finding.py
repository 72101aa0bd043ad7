"""One search from what was typed to what is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from apps.courses.models import Course, Passage

from .access import Viewer
from .budgets import limited
from .matches import MAX_MATCHES, Hit, Kind, Wanted
from .query import Query, parse
from .snippets import Piece, cut_excerpts
from .spelling import find_corrections, find_endings, find_neighbours
from .talks import Talks
from .texts import Chapters, Passages

TIMEOUT_MS = 2_000
"""For each query. An ordinary one takes some milliseconds; this is the net under what nobody has thought of."""

FEW = 3  # so many results make one doubt the spelling
PAGE = 20
PAGES = MAX_MATCHES // PAGE

KINDS: tuple[Kind, ...] = (
    Passages(Passage.Kind.TERM, "Terms"),
    Chapters(),
    Passages(Passage.Kind.SECTION, "Sections"),
    Talks(),
)
"""In the order in which they are shown."""


@dataclass(frozen=True)
class Found:
    """A hit with what was looked for marked."""

    url: str
    title: Sequence[Piece]
    snippet: Sequence[Piece]
    where: str
    at: datetime | None


@dataclass(frozen=True)
class Group:
    """Some of what was found of one kind, from the one after `before` on. `total` counts at most `MAX_MATCHES`;
    what is not `is_whole` leaves out what it would have taken too long to find.
    """

    name: str
    label: str
    found: Sequence[Found]
    total: int
    before: int = 0
    is_whole: bool = True

    @property
    def start(self) -> int:
        return self.before + 1

    @property
    def is_capped(self) -> bool:
        return self.total >= MAX_MATCHES

    @property
    def has_more(self) -> bool:
        return self.total > len(self.found)

    @property
    def page(self) -> int:
        return self.before // PAGE + 1

    @property
    def pages(self) -> int:
        return -(-self.total // PAGE)

    @property
    def page_before(self) -> int | None:
        """None for the first page's own address, too."""
        return self.page - 1 if self.page > 2 else None

    @property
    def page_after(self) -> int:
        return self.page + 1


@dataclass(frozen=True)
class Answer:
    """What was found for `query`, which is not `typed` where that found nothing. `better` is offered where it found little,
    `nearest` where it found nothing at all: words that the chapters use.
    """

    typed: str
    query: str
    groups: Sequence[Group]
    better: str = ""
    nearest: Sequence[str] = ()

    @property
    def total(self) -> int:
        return sum(group.total for group in self.groups)

    @property
    def is_corrected(self) -> bool:
        return self.query != self.typed


@dataclass(frozen=True)
class Wish:
    """Of which kinds how many are wanted, from which place on; `typing` when the last word may still grow."""

    sizes: Mapping[str, int]
    start: int = 0
    typing: bool = False


OVERVIEW = Wish({"term": 3, "chapter": 3, "section": 8, "thread": 5})
GLANCE = Wish({"term": 2, "chapter": 2, "section": 5, "thread": 3}, typing=True)


def wish_page(kind: str, number: int) -> Wish:
    """A page of one kind, counted from 1."""
    return Wish({kind: PAGE}, start=PAGE * (number - 1))


def search(*, actor: Viewer, typed: str, course: Course | None = None, wish: Wish = OVERVIEW) -> Answer:
    """Everything that `actor` may see and that answers what was typed, misspelt or not.

    About a dozen queries, however much is found. Raises `BadQuery`, and `TookTooLong`.
    """
    query, typed = parse(typed), typed.strip()

    def attempt(query: Query, begins: Sequence[str] | None = None) -> _Attempt:
        written = query.write(begins=begins)
        return _Attempt(query, wish, Wanted(written, query.write_plainly(), query.typed.strip(), actor, course))

    with limited(TIMEOUT_MS):
        found = attempt(query, _find_endings(query) if wish.typing else None)
        if not found.total and not wish.typing:
            found = attempt(query, _find_endings(query))
        if found.total >= FEW:
            return found.show(typed)
        better = find_corrections(query.words)
        corrected = attempt(parse(query.correct(better))) if better else found
        if not corrected.total:
            return replace(found.show(typed), nearest=() if wish.typing else find_neighbours(query.words))
        if not found.total:
            return corrected.show(typed)
        return replace(found.show(typed), better=corrected.query.typed.strip() if better else "")


def _find_endings(query: Query) -> list[str]:
    return find_endings(query.last.words[0]) if query.last else []


class _Attempt:
    """One reading of what was typed, and its matches."""

    def __init__(self, query: Query, wish: Wish, wanted: Wanted) -> None:
        self.query, self.wish, self.wanted = query, wish, wanted
        kinds = [kind for kind in KINDS if kind.name in wish.sizes]
        self.found = [(kind, kind.find(wanted)) for kind in kinds]

    @property
    def total(self) -> int:
        return sum(len(found.matches) for _, found in self.found)

    def show(self, typed: str) -> Answer:
        some = [(kind, found.matches[self.wish.start :][: self.wish.sizes[kind.name]]) for kind, found in self.found]
        hits = [kind.load(matches) if matches else [] for kind, matches in some]
        excerpts = iter(self._mark([hit for each in hits for hit in each]))
        groups = [
            Group(
                name=kind.name,
                label=kind.label,
                found=[next(excerpts) for _ in each],
                total=len(found.matches),
                before=self.wish.start,
                is_whole=found.is_whole,
            )
            for (kind, found), each in zip(self.found, hits, strict=True)
        ]
        return Answer(typed, self.wanted.typed, [group for group in groups if group.total])

    def _mark(self, hits: Sequence[Hit]) -> Iterator[Found]:
        texts = [(hit.title, hit.text) for hit in hits]
        briefly = self.wish.typing
        excerpts = cut_excerpts(self.wanted.query, self.query.all_words, texts, briefly=briefly) if hits else []
        for hit, (title, snippet) in zip(hits, excerpts, strict=True):
            yield Found(hit.url, title, snippet, hit.where, hit.at)
