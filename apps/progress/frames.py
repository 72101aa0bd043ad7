"""The chapter page cut at what only its reader knows: rendered once for all of a kind, then a join and no template."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import cycle

from django.template.loader import render_to_string

from .access import Published
from .pages import Kind, describe_frame
from .texts import HOLE, load_text


@dataclass(frozen=True)
class Page:
    """`tag` is another for every other body, and costs less than reading one: what changes is in the holes."""

    body: bytes
    tag: str


@dataclass(frozen=True)
class Frame:
    """`pieces` are text and room for a hole by turns, `names` the holes in their order."""

    pieces: list[bytes]
    names: list[str]
    digest: bytes

    def fill(self, holes: Mapping[str, str]) -> Page:
        """Holes that are not named stay empty."""
        filled = [holes.get(name, "").encode() for name in self.names]
        pieces = self.pieces.copy()
        pieces[1::2] = filled
        tag = blake2b(b"\0".join([self.digest, *filled]), digest_size=12).hexdigest()
        return Page(b"".join(pieces), f'W/"{tag}"')


AS_WRITTEN = re.compile(r"(<(?:pre|textarea|script)\b.*?</(?:pre|textarea|script)>)", re.DOTALL)
INDENTATION = re.compile(r"\s*\n\s*")
CLOSING = re.compile(
    r"</(?:p|li)>(?=\s*(?:<(?:p|li|[uo]l|div|section|article|aside|figure|details|form|h[1-6])\b|</(?:[uo]l|li|div|section|article|aside|figcaption)>))"
)
"""Of paragraphs and entries that end where the next begins, or with what they stand in."""
EMPTY = re.compile(r"></(path|rect|circle|ellipse|line|polyline|polygon|use|stop)>")


def tighten(page: str) -> str:
    """The same page with less of what nobody sees: indentation, and end tags that HTML does without."""
    parts = AS_WRITTEN.split(page)
    parts[::2] = [EMPTY.sub("/>", CLOSING.sub("", INDENTATION.sub("\n", part))) for part in parts[::2]]
    return "".join(parts)


@lru_cache(maxsize=512)  # some 100 KB each
def build_frame(chapter: Published, kind: Kind) -> Frame:
    """Costs some milliseconds, and nothing from then on: whatever it shows is in its arguments or never changes."""
    text = load_text(chapter.live)
    page = tighten(render_to_string("progress/chapter.html", describe_frame(chapter, text, kind)))
    pieces = HOLE.split(page)
    return Frame(
        [piece.encode() if is_text else b"" for piece, is_text in zip(pieces, cycle([True, False]), strict=False)],
        pieces[1::2],
        blake2b(page.encode()).digest(),
    )
