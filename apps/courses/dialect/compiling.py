"""The whole way from the text of a chapter to what is stored of it when it is published."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

from .curves import CurveFacts, read_curves
from .front_matter import read_front
from .markdown import plain_passage, plain_text
from .nodes import (
    Block,
    Callout,
    Card,
    Directive,
    Document,
    Figure,
    Listing,
    Next,
    Objectives,
    Passage,
    Project,
    Quiz,
    Section,
    Slider,
    Tabs,
    Term,
)
from .problems import Problems
from .references import ReferenceFacts
from .rendering import QuizAnswers, Renderer, TermFacts
from .rules import check_anatomy, check_mistakes, collect_ids, kind_of, list_projects
from .shapes import read_directive
from .source import clean
from .structure import RawBlock, RawSection, read_sections
from .targets import find_targets

WORDS_PER_MINUTE = 220
LINES_PER_MINUTE = 30  # of code, which is read more slowly than prose


class OutlineEntry(TypedDict):
    id: str
    number: int
    title: str
    kind: str


class ProjectFacts(TypedDict):
    """`checks` are in the form of `.checks.CheckFacts`; like a quiz's answers they never leave for a browser.

    Of `question`, in the form of `.questions.QuestionFacts`, that is true of its `answer`. `mistakes` is for each thing that
    the engine diagnoses the id of the text that explains it, where the author named one. `solution` ("" for none) leaves for
    the browser of a student who has tried. `curves` are what a run of it measured, or of `code` where there is none.
    `starter_passes` is true of the rare project whose code meets its checks as it stands: all others must fail them.
    """

    title: str
    code: str
    output: str
    goal: str
    minutes: int
    device: str
    limits: dict[str, int]
    checks: list[Mapping[str, Any]]
    question: Mapping[str, Any] | None
    mistakes: dict[str, str]
    solution: str
    starter_passes: bool
    curves: list[CurveFacts]


class ListingFacts(TypedDict):
    """`output` is empty when none is claimed; `match` says how it is compared: exact or close."""

    title: str
    code: str
    output: str
    match: str


@dataclass(frozen=True)
class ItemFacts:
    key: str
    kind: str
    title: str
    line: int


@dataclass(frozen=True)
class PassageFacts:
    """What a search finds: a section by its words, a term by its explanation, both without markup."""

    kind: str
    key: str
    title: str
    text: str


@dataclass(frozen=True)
class Compiled:
    """Everything derived from a source. `source` is the text made uniform, `items` and `passages` stand in the order of the
    text, `terms` by key. `links` are the chapters that it requires and leads on to, with their lines; `references` are what
    it names in its course, a chapter or something in one.
    """

    source: str
    title: str
    level: str
    summary: str
    updated: datetime.date
    html: str
    outline: list[OutlineEntry]
    quizzes: dict[str, QuizAnswers]
    projects: dict[str, ProjectFacts]
    listings: dict[str, ListingFacts]
    items: list[ItemFacts]
    passages: list[PassageFacts]
    terms: dict[str, TermFacts]
    requires: list[str]
    links: list[tuple[int, str]]
    references: list[ReferenceFacts]
    minutes: int
    run_minutes: int


def compile_chapter(source: str, *, figures: Mapping[str, str], address: str) -> Compiled:
    """Reads, checks and renders a chapter. `figures` are the files beside it, by name: drawings in SVG and
    recorded curves in CSV. `address` is `course/chapter`.

    Raises `BadChapter` with every problem found. Touches no database.
    """
    text, problems = clean(source), Problems()
    document = read_document(text, problems)
    check_anatomy(document.sections, problems)
    ids = collect_ids(document.sections, problems)
    check_mistakes(document.sections, ids, problems)
    renderer = Renderer(address, figures, find_targets(document.sections), problems)
    curves = {project.key: read_curves(project, figures, problems) for project in list_projects(document.sections)}
    html = "".join(renderer.section(number, section) for number, section in enumerate(document.sections, start=1))
    problems.raise_any()
    return _collect(text, document, renderer, html, curves)


def read_document(text: str, problems: Problems) -> Document:
    """What a text made uniform consists of; everything that is wrong with its form goes to `problems`."""
    lines = text.split("\n")
    front, length = read_front(lines, problems)
    raw = read_sections(list(enumerate(lines, start=1))[length:], problems)
    return Document(front, tuple(_read_section(section, problems) for section in raw))


def _read_section(raw: RawSection, problems: Problems) -> Section:
    blocks = tuple(block for block in (_read_block(block, problems) for block in raw.blocks) if block is not None)
    return Section(raw.line, raw.key, raw.title, kind_of(raw.key), blocks)


def _read_block(raw: RawBlock, problems: Problems) -> Block | None:
    return read_directive(raw, problems) if isinstance(raw, Directive) else raw


def _collect(
    text: str, document: Document, renderer: Renderer, html: str, curves: Mapping[str, list[CurveFacts]]
) -> Compiled:
    nodes = [block for section in document.sections for block in section.blocks]
    projects = {node.key: _project_facts(node, curves[node.key]) for node in list_projects(document.sections)}
    listings = {node.key: _listing_facts(node) for node in nodes if isinstance(node, Listing)}
    lines = {block.key: block.line for block in (*document.sections, *nodes) if hasattr(block, "key")}
    return Compiled(
        source=text,
        title=document.front.title,
        level=document.front.level,
        summary=document.front.summary,
        updated=document.front.updated,
        html=html,
        outline=_outline(document),
        quizzes=renderer.quizzes,
        projects=projects,
        listings=listings,
        items=[ItemFacts(key, kind, title[:200], lines[key]) for key, (kind, title) in renderer.titles.items()],
        passages=[passage for section in document.sections for passage in _list_passages(section, renderer.terms)],
        terms=renderer.terms,
        requires=[slug for _, slug in document.front.requires],
        links=[*document.front.requires, *renderer.links],
        references=renderer.references.found,
        minutes=_reading_minutes(nodes),
        run_minutes=sum(facts["minutes"] for facts in projects.values()),
    )


def _outline(document: Document) -> list[OutlineEntry]:
    return [
        OutlineEntry(id=section.key, number=number, title=plain_text(section.title), kind=section.kind)
        for number, section in enumerate(document.sections, start=1)
    ]


def _project_facts(project: Project, curves: list[CurveFacts]) -> ProjectFacts:
    return ProjectFacts(
        title=project.title,
        code=project.code,
        output=project.output,
        goal=project.goal,
        minutes=project.minutes,
        device=project.device,
        limits=dict(project.limits),
        checks=list(project.checks),
        question=project.question,
        mistakes=dict(project.mistakes),
        solution=project.solution,
        starter_passes=project.starter_passes,
        curves=curves,
    )


def _listing_facts(listing: Listing) -> ListingFacts:
    return ListingFacts(title=listing.title, code=listing.code, output=listing.output, match=listing.match)


def _list_passages(section: Section, terms: Mapping[str, TermFacts]) -> Iterator[PassageFacts]:
    """The section, and the terms that it explains."""
    yield _passage_facts(section)
    for block in section.blocks:
        if isinstance(block, Term):
            yield PassageFacts("term", block.key, block.title[:200], terms[block.key]["text"])


def _passage_facts(section: Section) -> PassageFacts:
    """Everything that is to be seen of the section at once; folded answers and reasons would give away the quiz."""
    words = [section.title]
    for block in section.blocks:
        words += [title for title in (getattr(block, "title", ""),) if title]
        words += [plain_passage(passage) for passage in _readable(block)]
        words += [block.code] if isinstance(block, Listing | Project) and not _is_folded(block) else []
    title = plain_text(section.title)
    return PassageFacts("section", section.key, title[:200], " ".join(" ".join(words[1:]).split()))


def _reading_minutes(blocks: list[Block]) -> int:
    """For what is read straight on: prose, code and questions, but neither folded answers nor reasons."""
    words = sum(len(re.findall(r"\w+", passage.text)) for block in blocks for passage in _readable(block))
    lines_of_code = sum(
        block.code.count("\n") for block in blocks if isinstance(block, Listing | Project) and not _is_folded(block)
    )
    return max(1, round(words / WORDS_PER_MINUTE + lines_of_code / LINES_PER_MINUTE))


def _is_folded(block: Block) -> bool:
    return isinstance(block, Listing) and block.folded


def _readable(block: Block) -> tuple[Passage, ...]:
    match block:
        case Passage():
            return (block,)
        case Objectives():
            return (block.goals,)
        case Project():
            return (block.before, block.after)
        case Quiz():
            return (block.prompt, *(choice.text for choice in block.choices))
        case Card():
            return (block.front,)
        case Figure() | Slider():
            return (block.caption,)
        case Callout() | Term() | Next():
            return (block.text,)
        case Tabs():
            return tuple(panel.text for panel in block.panels)
        case _:
            return ()
