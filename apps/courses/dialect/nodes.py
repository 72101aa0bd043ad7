"""What a chapter consists of once it has been read. Every node knows the line of the file on which it begins."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .plots import PlotFacts


@dataclass(frozen=True)
class Passage:
    """Markdown that holds neither headings nor directives."""

    line: int
    text: str


@dataclass(frozen=True)
class Fence:
    line: int
    language: str
    code: str


@dataclass(frozen=True)
class Heading:
    """A `###` inside a section. Its key is optional: it is there to be linked to, nothing is recorded for it."""

    line: int
    key: str
    title: str


@dataclass(frozen=True)
class Directive:
    """A block between `::: name key attribute="value"` and `:::` as it was written; `body` begins on the next line."""

    line: int
    name: str
    key: str
    attributes: dict[str, str]
    body: Passage


@dataclass(frozen=True)
class Objectives:
    line: int
    key: str
    goals: Passage


@dataclass(frozen=True)
class Listing:
    """Code that the tests run. `match` says how its output is compared: exact, or close (numbers within 2 %).

    A `folded` one is evidence: it shows where numbers of the text come from, to whoever asks.
    """

    line: int
    key: str
    title: str
    code: str
    output: str
    match: str
    folded: bool = False


@dataclass(frozen=True)
class Project:
    """Code that the student trains. `goal` is `metric<number` or `metric>number`, judged on the metric's last value.

    `limits` are those that differ from any run's, by name; `checks` stand in the form of `.checks.CheckFacts`, `question`
    in that of `.questions.QuestionFacts`. `mistakes` says where the text explains what the engine can diagnose: id by code.
    `solution` is code that solves it, shown to who has tried; "" for none. `starter_passes` is true of the rare project
    whose code meets its checks as it stands. `hints` help a student on, one after the other.
    """

    line: int
    key: str
    title: str
    goal: str
    minutes: int
    before: Passage
    code: str
    output: str
    after: Passage
    device: str = "cpu"
    limits: Mapping[str, int] = field(default_factory=dict)
    checks: tuple[Mapping[str, Any], ...] = ()
    question: Mapping[str, Any] | None = None
    mistakes: Mapping[str, str] = field(default_factory=dict)
    solution: str = ""
    starter_passes: bool = False
    hints: tuple[Passage, ...] = ()


@dataclass(frozen=True)
class Choice:
    line: int
    text: Passage
    correct: bool
    reason: Passage


@dataclass(frozen=True)
class Quiz:
    line: int
    key: str
    prompt: Passage
    choices: tuple[Choice, ...]

    @property
    def multiple(self) -> bool:
        return sum(choice.correct for choice in self.choices) > 1


@dataclass(frozen=True)
class Card:
    """A front and a back: an exercise with its solution, a question with its answer. `kind` says which.

    `hints` of an exercise stand between the two.
    """

    line: int
    key: str
    kind: str
    title: str
    front: Passage
    back: Passage
    hints: tuple[Passage, ...] = ()


@dataclass(frozen=True)
class Callout:
    line: int
    key: str
    kind: str
    title: str
    text: Passage


@dataclass(frozen=True)
class Figure:
    """A drawing or a picture from a file beside the text; `alt` says what a picture shows, a drawing says so itself.

    `out` is the id of the code that prints what a drawing measures, "" where it measures nothing.
    """

    line: int
    key: str
    src: str
    wide: bool
    caption: Passage
    alt: str = ""
    out: str = ""


@dataclass(frozen=True)
class Slider:
    """A figure that is drawn anew as its sliders move, `plot` in the form of `.plots.PlotFacts`; None where it is broken."""

    line: int
    key: str
    title: str
    plot: PlotFacts | None
    caption: Passage


@dataclass(frozen=True)
class Term:
    """A word of the glossary, explained where it is taught. `also` are other forms of it."""

    line: int
    key: str
    title: str
    also: tuple[str, ...]
    text: Passage


@dataclass(frozen=True)
class Panel:
    line: int
    title: str
    text: Passage


@dataclass(frozen=True)
class Tabs:
    """Several ways to the same end, of which a reader wants one."""

    line: int
    key: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class Next:
    """Leads on to the chapter `slug`, once that can be read."""

    line: int
    slug: str
    text: Passage


Node = Objectives | Listing | Project | Quiz | Card | Callout | Figure | Slider | Term | Tabs | Next
Block = Passage | Heading | Node


@dataclass(frozen=True)
class Front:
    """The front matter: what is said about a chapter before it begins. `requires` are slugs of chapters with their lines."""

    title: str
    level: str
    summary: str
    updated: datetime.date
    requires: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Section:
    line: int
    key: str
    title: str
    kind: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    front: Front
    sections: tuple[Section, ...]
