"""What a link of a chapter may lead to, or say, besides an ordinary address.

[](#circles)                          figure 2: the number is filled in
[as above](#circles)                  something in this chapter
[views](../tensors/#views)            something in another chapter of the course
[gradients](term:gradient)            a term of the glossary, of another chapter as term:tensors/view
[the step](lines:first-prediction:19)       lines of a listing, which light up; or, so that they are found
[the step](<lines:first-prediction:optimizer.step()>)  however the code changes, all that hold these words
[49.45](out:first-prediction)         a number that this code prints
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from .problems import Problems
from .structure import SLUG

BREAKS = ("softbreak", "hardbreak")
SCHEMES = ("lines:", "term:", "out:")
LINK = re.compile(r"https?://[^/]|mailto:[^@\s]+@|#|/(?!/)|\.\./", re.IGNORECASE)
ELSEWHERE = re.compile(r"\.\./(?P<slug>[^/#]*)/?(?:#(?P<key>.*))?")
SPANS = re.compile(r"[0-9]{1,5}(?:-[0-9]{1,5})?(?:,[0-9]{1,5}(?:-[0-9]{1,5})?)*")
NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?")


@dataclass(frozen=True)
class Target:
    """What stands under an id. `number` is 0 for what is not counted; `code` and `output` are those of code.

    `exact` is true of output that a run has to print to the letter, which alone can back a claim.
    """

    kind: str
    number: int = 0
    title: str = ""
    anchor: str = ""
    code: str = ""
    output: str = ""
    exact: bool = False

    @property
    def name(self) -> str:
        """How text names it, such as “figure 2”; empty for what has neither number nor title."""
        return f"{self.kind} {self.number}" if self.number else f"“{self.title}”" if self.title else ""


@dataclass(frozen=True)
class ReferenceFacts:
    """Another chapter that the text names, and what in it: `key` is empty for the chapter, `kind` for any kind."""

    line: int
    chapter: str
    key: str = ""
    kind: str = ""


class References:
    """Resolves the links of one chapter. `found` are those to other chapters; what is wrong goes to `problems`."""

    def __init__(self, address: str, targets: Mapping[str, Target], problems: Problems) -> None:
        self.slug = address.rpartition("/")[2]
        self.targets = targets
        self.problems = problems
        self.found: list[ReferenceFacts] = []

    def resolve(self, tokens: Sequence[Token], line: int) -> list[Token]:
        """The inline tokens with every link as it is to be shown."""
        resolved: list[Token] = []
        rest = iter(tokens)
        for token in rest:
            if token.type == "link_open":
                inner = _take_link(rest)
                resolved += self._link(token, inner, line, resolved)
                line += _count_breaks(inner)
                continue
            if token.type == "image":
                self.problems.add(line, 'Pictures are figures here: write ::: figure id src="name.png" alt="…".')
            resolved.append(token)
            line += token.type in BREAKS
        return resolved

    def _link(self, opening: Token, inner: list[Token], line: int, before: Sequence[Token]) -> list[Token]:
        href = str(opening.attrs.get("href", ""))
        closing = Token("link_close", "a", -1)
        if href.startswith("out:"):
            return self._claim(href.removeprefix("out:"), inner, line)
        if href.startswith("lines:"):
            opening.attrs |= self._lines(href.removeprefix("lines:"), line)
        elif href.startswith("term:"):
            opening.attrs |= self._term(href.removeprefix("term:"), line)
        elif href.startswith("#"):
            inner = inner or self._name(href[1:], line, before)
            if href[1:] not in self.targets:
                self.problems.add(line, f"Nothing in this chapter has the id “{href[1:61]}”: check the link.")
            return [opening, *inner, closing]
        elif not LINK.match(href):
            self.problems.add(line, f"The link “{href[:60]}” is not allowed: begin it with https://, mailto:, /, ../, #, "
                                    f"{', '.join(SCHEMES)}.")  # fmt: skip
        elif found := ELSEWHERE.fullmatch(href):
            self._elsewhere(line, found["slug"], found["key"] or "")
        if not inner:
            self.problems.add(line, f"The link to “{href[:60]}” has no words: write [words](…).")
        return [opening, *inner, closing]

    def _name(self, key: str, line: int, before: Sequence[Token]) -> list[Token]:
        """The number or title of what is linked to, in place of words."""
        target = self.targets.get(key)
        name = target.name if target else key
        if not name:
            self.problems.add(line, f"“{key}” has neither a number nor a title: write [words](#{key}).")
        return [Token("text", "", 0, content=name[:1].upper() + name[1:] if _begins_sentence(before) else name)]

    def _elsewhere(self, line: int, slug: str, key: str, kind: str = "") -> None:
        if not SLUG.fullmatch(slug) or (key and not SLUG.fullmatch(key)):
            self.problems.add(line, f"“{f'{slug}#{key}'[:60]}” names no chapter: write ../slug/ or ../slug/#id.")
        else:
            self.found.append(ReferenceFacts(line, slug, key, kind))

    def _term(self, written: str, line: int) -> dict[str, str]:
        slug, _, key = written.rpartition("/")
        if slug and slug != self.slug:
            self._elsewhere(line, slug, key, "term")
            return {"class": "term", "href": f"../{slug}/#{key}", "data-term": f"{slug}/{key}"}
        if key not in self.targets or self.targets[key].kind != "term":
            self.problems.add(line, f"This chapter explains no term “{key[:60]}”: write ::: term {key[:60]}, or "
                                    "term:slug/id for one of another chapter.")  # fmt: skip
        return {"class": "term", "href": f"#{key}", "data-term": f"{self.slug}/{key}"}

    def _lines(self, written: str, line: int) -> dict[str, str]:
        key, _, wanted = written.partition(":")
        target = self.targets.get(key)
        if not target or not target.code:
            self.problems.add(line, f"“{key[:60]}” is no listing of this chapter: write lines:id:3-5.")
            return {"href": "#"}
        spans = _find_lines(target.code, wanted)
        if not spans:
            self.problems.add(line, f"No line of “{key}” is or holds “{wanted[:60]}”: write line numbers, such as 3-5, or "
                                    f"words of the code, as in <lines:{key}:loss.backward()>.")  # fmt: skip
        said = f"line {spans}" if spans.isdigit() else f"lines {spans.replace('-', '–').replace(',', ', ')}"
        return {
            "href": f"#{target.anchor}",
            "data-lines": spans,
            "title": said,
        }

    def _claim(self, key: str, inner: list[Token], line: int) -> list[Token]:
        self.check_claim(key, _read_words(inner), line)
        return [Token("claim_open", "samp", 1), *inner, Token("claim_close", "samp", -1)]

    def check_claim(self, key: str, said: str, line: int) -> None:
        """Every number in what is said must stand in the output of the code named; without numbers, the words must."""
        target = self.targets.get(key)
        if not target or not target.code:
            self.problems.add(line, f"“{key[:60]}” is no code of this chapter: write [{said[:20] or '49.45'}](out:id).")
        elif not target.output or not target.exact:
            self.problems.add(
                line, f'“{key}” does not say exactly what it prints: give it an ```output fence and output="exact".'
            )
        elif missing := list(_list_missing(said, target.output)):
            self.problems.add(
                line, f"“{missing[0][:60]}” is not what “{key}” prints: write it as it stands in its output."
            )


def _take_link(rest: Iterator[Token]) -> list[Token]:
    """What stands in a link that has been opened: links never stand in each other."""
    inner = []
    for token in rest:
        if token.type == "link_close":
            break
        inner.append(token)
    return inner


def _count_breaks(tokens: Sequence[Token]) -> int:
    return sum(token.type in BREAKS for token in tokens)


def _read_words(tokens: Sequence[Token]) -> str:
    return "".join(" " if token.type in BREAKS else token.content for token in tokens).strip()


def _begins_sentence(before: Sequence[Token]) -> bool:
    words = _read_words(before)
    return not words or words.endswith((".", "!", "?"))


def _find_lines(code: str, wanted: str) -> str:
    """Line numbers as they are written, if the code has so many; else the numbers of the lines that hold what is wanted."""
    lines = code.rstrip("\n").split("\n")
    if SPANS.fullmatch(wanted):
        numbers = [int(number) for number in re.findall(r"[0-9]+", wanted)]
        return wanted if all(1 <= number <= len(lines) for number in numbers) and _grow(wanted) else ""
    found = [number for number, line in enumerate(lines, start=1) if wanted.strip() and wanted.strip() in line]
    return ",".join(map(str, found))


def _grow(spans: str) -> bool:
    """Whether every span goes from less to more."""
    ends = [[int(end) for end in span.split("-")] for span in spans.split(",")]
    return all(span[0] <= span[-1] for span in ends)


def _list_missing(said: str, output: str) -> Iterator[str]:
    """The numbers of a claim that the output does not hold; without numbers, the claim itself."""
    printed = set(_list_numbers(output))
    claimed = list(_list_numbers(said))
    if not claimed and (not said or said not in output):
        yield said
    yield from (number for number in claimed if number not in printed)


def _list_numbers(text: str) -> Iterator[str]:
    """As they are written, but for the sign and the separators of thousands."""
    for found in NUMBER.findall(text.replace("−", "-")):
        yield found.replace(",", "").removeprefix("+")
