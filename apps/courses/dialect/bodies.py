"""What stands between the first and the last line of a directive, taken apart: fences, parts, prose."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import groupby

from .nodes import Directive, Fence, Passage
from .problems import Problems
from .structure import FenceWatch

OPENING = re.compile(r"(?P<mark>`{3,}|~{3,}) *(?P<language>[A-Za-z0-9_+-]*) *")
SEPARATOR = re.compile(r"---(?: +(?P<words>[^\s|:-].*?))?\s*")
HINT = "hint"
FENCES: Mapping[str, Collection[str]] = {
    "listing": ("python", "output"),
    "evidence": ("python", "output"),
    "slider": ("plot",),
    "project": ("python", "output", "checks", "predict", "solution"),
}
"""The fences that a directive holds, the first of which it must have."""


def number_lines(passage: Passage) -> list[tuple[int, str]]:
    return list(enumerate(passage.text.split("\n"), start=passage.line))


def split_parts(body: Passage) -> list[tuple[str, Passage]]:
    """The passages between lines `---` that stand outside of fences, each with the words of the line before it."""
    fence, marks = FenceWatch(), [(body.line, "")]
    lines = number_lines(body)
    for number, line in lines:
        if not fence.covers(number, line) and (found := SEPARATOR.fullmatch(line)):
            marks.append((number + 1, found["words"] or ""))
    ends = [start - 1 for start, _ in marks[1:]] + [body.line + len(lines)]
    texts = [line for _, line in lines]
    return [
        (words, Passage(start, "\n".join(texts[start - body.line : end - body.line])))
        for (start, words), end in zip(marks, ends, strict=True)
    ]


def split_hints(body: Passage, problems: Problems) -> tuple[list[Passage], tuple[Passage, ...]]:
    """The parts between lines `---`, and those behind lines `--- hint`."""
    parts, hints = list[Passage](), list[Passage]()
    for words, part in split_parts(body):
        if not words:
            parts.append(part)
            continue
        hints.append(part)
        if words != HINT:
            problems.add(part.line - 1, f"“--- {words[:40]}” means nothing here: write --- or --- {HINT}.")
        elif not part.text.strip():
            problems.add(part.line - 1, "This hint is empty: write it below its line.")
    return parts, tuple(hints)


def split_fences(body: Passage) -> tuple[list[Passage], list[Fence]]:
    """The prose around the fences, and the fences."""
    watch, prose, fences = FenceWatch(), list[Passage](), list[Fence]()
    for opened_at, group in groupby(number_lines(body), lambda line: watch.line if watch.covers(*line) else 0):
        numbers, lines = zip(*group, strict=True)
        if opened_at:
            fences.append(_read_fence(opened_at, lines))
        elif any(line.strip() for line in lines):
            prose.append(Passage(numbers[0], "\n".join(lines)))
    return prose, fences


def take_fence(
    directive: Directive, fences: list[Fence], language: str, problems: Problems, *, required: bool
) -> Fence:
    """The one fence of that language; a missing, empty or second one is a problem, and so is any other language."""
    found = [fence for fence in fences if fence.language == language]
    if not found and required:
        problems.add(directive.line, f"“::: {directive.name}” holds no ```{language} fence: add one.")
    for fence in found[1:]:
        problems.add(fence.line, f"There is a second ```{language} fence: keep one in each directive.")
    for fence in fences:
        if not fence.code.strip():
            problems.add(fence.line, "This code fence is empty: write something into it.")
        known = list(FENCES[directive.name])
        if language == known[0] and fence.language not in known:
            names = " or ".join(f"```{each}" for each in known)
            problems.add(fence.line, f"A fence is {names} here, not “{fence.language}”.")
    return found[0] if found else Fence(directive.line, language, "")


def join(passages: list[Passage], nothing: Passage) -> Passage:
    """One passage of several, blank lines in between standing for what was taken out, so that lines keep their numbers."""
    if not passages:
        return nothing
    text, line = passages[0].text, passages[0].line
    for passage in passages[1:]:
        written = line + text.count("\n") + 1
        text += "\n" * (passage.line - written + 1) + passage.text
    return Passage(line, text)


def check_filled(directive: Directive, problems: Problems, what: str = "its text") -> None:
    if not directive.body.text.strip():
        problems.add(directive.line, f"“::: {directive.name}” is empty: write {what} between it and :::.")


def take_title(directive: Directive) -> str:
    return directive.attributes.get("title", "").strip()


def _read_fence(number: int, lines: Sequence[str]) -> Fence:
    found = OPENING.fullmatch(lines[0])
    return Fence(number, found["language"] if found else "", "".join(f"{line}\n" for line in lines[1:-1]))
