"""What could be better in a chapter that can be published: warnings, which keep nobody from anything."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .bodies import number_lines
from .compiling import Compiled
from .nodes import Passage
from .problems import WARNING, Problem
from .structure import FenceWatch

LONGEST_SENTENCE = 45
"""Words: what is longer is read twice."""
EMPTY_WORDS = re.compile(r"\[(?:click )?(?:here|this|this link)\]\(", re.IGNORECASE)
SENTENCE = re.compile(r"[^.!?:;]+")
NO_PROSE = re.compile(r"^(?:#|:::|---|>|\||- |\* |[0-9]+\. )|^\s*$")


def advise(compiled: Compiled) -> Iterator[Problem]:
    lines = {item.key: item.line for item in compiled.items}
    for key, project in compiled.projects.items():
        if not project["checks"]:
            yield _warn(
                lines[key], f"The project “{key}” has no checks: a ```checks fence shows whether it was solved."
            )
    for key, listing in compiled.listings.items():
        if not listing["output"]:
            yield _warn(
                lines[key], f"The listing “{key}” does not say what it prints: nothing would notice if it broke."
            )
    yield from _advise_prose(compiled.source)


def _advise_prose(source: str) -> Iterator[Problem]:
    for paragraph in _list_paragraphs(source):
        if EMPTY_WORDS.search(paragraph.text):
            yield _warn(paragraph.line, "These words say nothing of where the link leads: let them name what is there.")
        longest = max((len(sentence.split()) for sentence in SENTENCE.findall(paragraph.text)), default=0)
        if longest > LONGEST_SENTENCE:
            yield _warn(paragraph.line, f"A sentence of {longest} words begins in this paragraph: divide it.")


def _list_paragraphs(source: str) -> Iterator[Passage]:
    """Lines of prose that follow one another, outside of fences."""
    watch, kept, first = FenceWatch(), list[str](), 0
    for number, line in [*number_lines(Passage(1, source)), (0, "")]:
        if watch.covers(number, line) or NO_PROSE.match(line):
            if kept:
                yield Passage(first, " ".join(kept))
            kept = []
        else:
            first = first if kept else number
            kept.append(line)


def _warn(line: int, message: str) -> Problem:
    return Problem(line, message, severity=WARNING)
