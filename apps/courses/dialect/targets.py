"""Everything in a chapter that text can refer to, counted: numbers are computed and never typed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from .markdown import plain_text
from .nodes import (
    Block,
    Callout,
    Card,
    Figure,
    Heading,
    Listing,
    Next,
    Passage,
    Project,
    Quiz,
    Section,
    Slider,
    Tabs,
    Term,
)
from .references import Target

COUNTED = ("section", "figure", "listing", "exercise")


def find_targets(sections: Sequence[Section]) -> dict[str, Target]:
    """By id, in the order of the text."""
    counts = Counter[str]()
    return {key: _describe(node, key, counts) for key, node in _list(sections)}


def _list(sections: Sequence[Section]) -> Iterator[tuple[str, Section | Block]]:
    for section in sections:
        yield section.key, section
        for block in section.blocks:
            if not isinstance(block, Passage | Next) and block.key:
                yield block.key, block


def _describe(node: Section | Block, key: str, counts: Counter[str]) -> Target:
    kind, title = _kind(node), plain_text(getattr(node, "title", ""))
    counts[kind] += 1
    number = counts[kind] if kind in COUNTED else 0
    if not isinstance(node, Listing | Project):
        return Target(kind, number, title, key)
    anchor = key if isinstance(node, Listing) and not node.folded else f"{key}--code"
    exact = isinstance(node, Project) or node.match == "exact"
    return Target(kind, number, title, anchor, node.code, node.output, exact)


def _kind(node: Section | Block) -> str:
    match node:
        case Card():
            return node.kind
        case Slider():
            return "figure"
        case Section() | Heading() | Listing() | Project() | Quiz() | Callout() | Figure() | Term() | Tabs():
            return type(node).__name__.lower()
        case _:
            return "text"
