"""The words around what was found, with what was looked for marked: as pieces of text, never as markup."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from html import unescape

import nh3
from django.db import connection

MAX_TEXT = 20_000  # characters looked through for a snippet

# Characters that no text holds once it has been cleaned: Postgres takes them for spaces, and we take them out again.
SEAM, START, STOP = "\x1f", "\x02", "\x03"
WHOLE = f"StartSel={START}, StopSel={STOP}, HighlightAll=true"
EXCERPT = f'StartSel={START}, StopSel={STOP}, MaxFragments=2, MaxWords=22, MinWords=10, FragmentDelimiter=" … "'
GLIMPSE = f"StartSel={START}, StopSel={STOP}, MaxFragments=1, MaxWords=11, MinWords=5"

HEADLINE = """
WITH wanted AS MATERIALIZED (SELECT to_tsquery('english', %s) AS query)
SELECT ts_headline('english', shown.title, query, %s), ts_headline('english', shown.text, query, %s)
FROM wanted, unnest(%s::text[], %s::text[]) WITH ORDINALITY AS shown (title, text, place) ORDER BY place
"""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_JOINT = re.compile(r"[_./@:+=&<>~'-]+(?!\d)|(?<!\d)[_./@:+=&<>~'-]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_HUMPED = re.compile(r"\b[A-Za-z0-9]*(?:[a-z0-9][A-Z]|[A-Z][A-Z][a-z])[A-Za-z0-9]*")


@dataclass(frozen=True)
class Piece:
    """Some text; `marked` where it is what was looked for."""

    text: str
    marked: bool


Excerpt = tuple[list[Piece], list[Piece]]
"""A title, and a snippet."""


def read_html(html: str) -> str:
    """The text of a post, its markup left out."""
    return unescape(nh3.clean(html, tags=set()))


def cut_excerpts(
    query: str, words: Collection[str], found: Sequence[tuple[str, str]], *, briefly: bool = False
) -> list[Excerpt]:
    """For each title and text both as pieces. `query` is what `to_tsquery` reads, `words` are all of it. What is cut
    `briefly` fits into a line.

    One query, whose cost grows with the texts: give it only what is shown.
    """
    titles = [_part(title, words) for title, _ in found]
    texts = [_part(text, words) for _, text in found]
    with connection.cursor() as cursor:
        cursor.execute(HEADLINE, [query, WHOLE, GLIMPSE if briefly else EXCERPT, titles, texts])
        return [(list(_split(title)), list(_split(text))) for title, text in cursor.fetchall()]


def _part(text: str, words: Collection[str]) -> str:
    """Seams where the index parts words, so that `Linear` is marked in `nn.Linear`. A word with humps is parted, too,
    unless it was looked for as it is.
    """
    clean = _JOINT.sub(lambda match: SEAM + match[0] + SEAM, _CONTROL.sub(" ", text[:MAX_TEXT]))
    return _HUMPED.sub(lambda match: match[0] if match[0].lower() in words else _HUMP.sub(SEAM, match[0]), clean)


def _split(marked: str) -> Iterator[Piece]:
    for index, part in enumerate(re.split(f"[{START}{STOP}]", marked.replace(SEAM, ""))):
        if part:
            yield Piece(part, marked=index % 2 == 1)
