"""The skeleton of a chapter: sections, headings, directives and the Markdown between them, found line by line.

A line `::: …` at the margin and a line `## Title {#id}` are structure wherever they stand, inside a code fence too: so a
fence that was never closed is noticed where it ends and spoils nothing behind it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from .nodes import Directive, Heading, Passage
from .problems import Problems

HEADING = re.compile(r"(?P<marks>#{1,6})(?: (?P<text>.*))?")
FENCE = re.compile(r" *(?P<mark>`{3,}|~{3,})(?P<info>[^`]*)")
NAME = re.compile(r" *(?P<name>[a-z]+)(?: +(?P<key>[^\s=\"]+)(?=\s|$))?")
ATTRIBUTE = re.compile(r" +(?P<name>[a-z][a-z_]*)(?:=\"(?P<value>[^\"]*)\")?(?=\s|$)")
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_KEY = 60

RawBlock = Passage | Heading | Directive


@dataclass
class RawSection:
    line: int
    key: str
    title: str
    blocks: list[RawBlock] = field(default_factory=list)


class FenceWatch:
    """Follows code fences line by line, because nothing inside one is a heading or a separator."""

    def __init__(self) -> None:
        self.mark = ""
        self.line = 0

    def covers(self, number: int, line: str) -> bool:
        """Whether this line belongs to a fence, its first and last lines included."""
        found = FENCE.fullmatch(line)
        if not self.mark:
            if found:
                self.mark, self.line = found["mark"], number
            return bool(found)
        if found and found["mark"].startswith(self.mark) and not found["info"].strip():
            self.mark = ""
        return True

    def must_have_ended(self, line: str) -> bool:
        """Whether a line opens a fence of the same kind inside a fence: nobody means that."""
        found = FENCE.fullmatch(line)
        return bool(found and self.mark and found["mark"] == self.mark and found["info"].strip())


def read_sections(lines: Iterable[tuple[int, str]], problems: Problems) -> list[RawSection]:
    """The sections of the numbered `lines` below the front matter."""
    scanner = _Scanner(problems)
    for number, line in lines:
        scanner.read(number, line)
    scanner.end()
    return scanner.sections


def check_key(line: int, key: str, problems: Problems) -> None:
    if not SLUG.fullmatch(key) or len(key) > LONGEST_KEY:
        problems.add(
            line,
            f"“{key[:LONGEST_KEY]}” is no id: use up to {LONGEST_KEY} lower-case letters, digits and single hyphens.",
        )


class _Scanner:
    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.sections: list[RawSection] = []
        self.directive: Directive | None = None
        self.fence = FenceWatch()
        self.kept: list[str] = []
        self.kept_from = 0

    def read(self, number: int, line: str) -> None:
        if self.fence.must_have_ended(line):
            self.end_fence()
        heading = HEADING.fullmatch(line)
        level = len(heading["marks"]) if heading else 0
        title, key = _split_title(heading["text"] or "") if heading else ("", None)
        if line.startswith(":::"):
            self.end_fence()
            self.read_directive(number, line.removeprefix(":::"))
        elif level == 2 and title and key is not None:
            self.begin_section(number, title, key)
        elif not self.fence.covers(number, line) and level:
            self.begin_heading(number, level, title, key)
        else:
            self.keep(number, line)

    def end(self) -> None:
        self.end_directive()
        self.end_passage()

    def read_directive(self, number: int, header: str) -> None:
        if header.strip():
            self.open(number, header)
        elif self.directive:
            self.end_directive(reported=True)
        else:
            self.problems.add(number, "This ::: closes nothing: delete it, or open a directive before it.")

    def open(self, number: int, header: str) -> None:
        if self.directive:
            self.problems.add(number, f"A directive cannot stand inside another: write ::: before this line, to close "
                                      f"the “{self.directive.name}” of line {self.directive.line}.")  # fmt: skip
            self.end_directive(reported=True)
        self.end_passage()
        self.directive = _read_header(number, header, self.problems)

    def end_directive(self, *, reported: bool = False) -> None:
        """Files the open directive, if any, with what was kept since; complains unless its end was `reported`."""
        self.end_fence()
        if self.directive is None:
            return
        opened, self.directive = self.directive, None
        if not reported:
            self.problems.add(opened.line, f"“::: {opened.name}” is never closed: add a line ::: after its last line.")
        body = Passage(opened.line + 1, "\n".join(self.kept))
        self.kept = []
        self.file(Directive(opened.line, opened.name, opened.key, opened.attributes, body))

    def end_fence(self) -> None:
        if self.fence.mark:
            self.problems.add(self.fence.line, f"This code fence is never closed: add a line {self.fence.mark} "
                                               "after its last line.")  # fmt: skip
            self.fence = FenceWatch()

    def begin_section(self, number: int, title: str, key: str) -> None:
        self.end_directive()
        self.end_passage()
        check_key(number, key, self.problems)
        self.sections.append(RawSection(number, key, title))

    def begin_heading(self, number: int, level: int, title: str, key: str | None) -> None:
        if self.directive:
            self.problems.add(number, "A heading cannot stand inside a directive: close it with ::: first.")
            self.keep(number, "")
        elif level == 2:
            self.problems.add(number, "A section needs a title and an id: write ## Title {#some-id}.")
            self.end_passage()
        elif level != 3 or not title:
            self.problems.add(number, "Use ## Title {#id} for sections and ### Title inside them, no other headings.")
        else:
            self.end_passage()
            if key is not None:
                check_key(number, key, self.problems)
            self.file(Heading(number, key or "", title))

    def keep(self, number: int, line: str) -> None:
        if not self.kept and not self.directive:
            if not line.strip():
                return
            self.kept_from = number
        self.kept.append(line)

    def end_passage(self) -> None:
        text, self.kept = "\n".join(self.kept), []
        if text.strip():
            self.file(Passage(self.kept_from, text))

    def file(self, block: RawBlock) -> None:
        if self.sections:
            self.sections[-1].blocks.append(block)
        else:
            self.problems.add(block.line, "This stands before the first section: begin with ## Introduction "
                                          "{#introduction}.")  # fmt: skip


def _split_title(text: str) -> tuple[str, str | None]:
    """`Title {#key}` as its title and its key, None when there is none."""
    title, mark, key = text.rstrip().rpartition("{#")
    if mark and key.endswith("}"):
        return title.strip(), key.removesuffix("}")
    return text.strip(), None


def _read_header(number: int, header: str, problems: Problems) -> Directive:
    """`name key attribute="value" flag`; a flag has an empty value."""
    found = NAME.match(header)
    attributes: dict[str, str] = {}
    at = found.end() if found else 0
    while found and (attribute := ATTRIBUTE.match(header, at)):
        if attribute["name"] in attributes:
            problems.add(number, f"{attribute['name']} stands here twice: keep one.")
        attributes[attribute["name"]] = attribute["value"] or ""
        at = attribute.end()
    if not found or header[at:].strip():
        problems.add(number, f'“{header[at:].strip()[:40]}” cannot be read: write ::: name id key="value".')
    name, key = (found["name"], found["key"] or "") if found else ("", "")
    return Directive(number, name, key, attributes, Passage(number + 1, ""))
