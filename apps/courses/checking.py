"""What is wrong with a text while it is written, and what may be written at all: for the editor's page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from .dialect import BadChapter, compile_chapter
from .models import Chapter

SNIPPETS = {
    "objectives": "::: objectives ${goals}\n- ${}\n:::",
    "listing": '::: listing ${id} title="${Title}" output="exact"\n```python\n${}\n```\n```output\n```\n:::',
    "project": '::: project ${id} title="${Title}" goal="${loss < 1}" minutes="${1}"\n${What it is about.}\n\n'
    "```python\n```\n```output\n```\n:::",
    "quiz": "::: quiz ${id}\n${Question?}\n- [x] ${right}\n- [ ] ${wrong}\n  > ${The reason.}\n:::",
    "exercise": '::: exercise ${id} title="${Title}"\n${The task.}\n---\n${The solution.}\n:::',
    "interview": "::: interview ${id}\n${Question?}\n---\n${Answer.}\n:::",
    "faq": "::: faq ${id}\n${Question?}\n---\n${Answer.}\n:::",
    "callout": '::: callout ${id} kind="${note}"\n${}\n:::',
    "figure": '::: figure ${id} src="${name.svg}"\n${Caption.}\n:::',
    "next": "::: next ${slug}\n${What it is about.}\n:::",
}


class Complaint(TypedDict):
    """A sentence about a place in the text: `line` from 1, `column` from 1 or 0 for the whole line."""

    line: int
    column: int
    severity: str
    message: str


class Word(TypedDict):
    """A directive that the editor offers: its `snippet` has `${…}` where the writer goes on."""

    name: str
    says: str
    snippet: str


class Vocabulary(TypedDict):
    directives: list[Word]


def check_text(chapter: Chapter, *, source: str, figures: Mapping[str, str]) -> list[Complaint]:
    """Everything that would keep the text from being published, in the order of its lines. Touches no database."""
    try:
        compile_chapter(source, figures=figures, address=f"{chapter.course.slug}/{chapter.slug}")
    except BadChapter as bad:
        return [Complaint(line=line, column=0, severity="error", message=message) for line, message in bad.problems]
    return []


def describe_dialect() -> Vocabulary:
    """What may be written, for the editor's completion."""
    return {"directives": [Word(name=name, says="", snippet=snippet) for name, snippet in SNIPPETS.items()]}
