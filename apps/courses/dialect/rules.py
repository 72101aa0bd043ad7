"""The anatomy that every chapter shares: which sections stand in which order, and what each must hold."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from .nodes import Block, Card, Heading, Next, Objectives, Passage, Project, Quiz, Section
from .problems import Problems

TOPIC = "topic"
BEFORE_TOPICS = ("introduction", "objectives")
AFTER_TOPICS = (
    "mini-project",
    "common-mistakes",
    "best-practices",
    "exercises",
    "quiz",
    "interview",
    "faq",
    "summary",
    "next",
)
FIXED = (*BEFORE_TOPICS, *AFTER_TOPICS)
HOLDS = {
    "objectives": "objectives",
    "mini-project": "project",
    "exercises": "exercise",
    "quiz": "quiz",
    "interview": "interview",
    "faq": "faq",
}
# Ids that the page around the text uses for itself.
TAKEN = frozenset(
    ["main", "top", "contents", "lab", "finish", "discussion", "chapter-state", "chapter", "header", "footer"]
)


def kind_of(key: str) -> str:
    """The kind of a section: its own key where the key is one of the fixed ones, else topic."""
    return key if key in FIXED else TOPIC


def check_anatomy(sections: Sequence[Section], problems: Problems) -> None:
    _check_order(sections, problems)
    _check_missing(sections, problems)
    for section in sections:
        _check_contents(section, problems)


def collect_ids(sections: Sequence[Section], problems: Problems) -> frozenset[str]:
    """Every id of the chapter; a repeated one, and one that belongs to the page, is a problem."""
    lines: dict[str, int] = {}
    for line, key in _ids(sections):
        if key in TAKEN:
            problems.add(line, f"The page itself uses the id “{key}”: choose another.")
        if key in lines:
            problems.add(line, f"The id “{key}” is taken by line {lines[key]}: choose another.")
        lines.setdefault(key, line)
    return frozenset(lines)


def check_mistakes(sections: Sequence[Section], ids: Collection[str], problems: Problems) -> None:
    """What a project says of where its text explains a diagnosis must stand in the text."""
    for project in list_projects(sections):
        for code, key in project.mistakes.items():
            if key not in ids:
                problems.add(project.line, f'{code}="{key}" leads nowhere: there is no such id in this chapter.')


def list_projects(sections: Sequence[Section]) -> list[Project]:
    return [block for section in sections for block in section.blocks if isinstance(block, Project)]


def _ids(sections: Sequence[Section]) -> Iterator[tuple[int, str]]:
    for section in sections:
        yield section.line, section.key
        for block in section.blocks:
            if not isinstance(block, Passage | Next) and block.key:
                yield block.line, block.key


def _check_order(sections: Sequence[Section], problems: Problems) -> None:
    reached = -1
    for section in sections:
        if section.kind == TOPIC:
            if reached != len(BEFORE_TOPICS) - 1:
                problems.add(section.line, f"Topics such as “{section.key}” stand after “{BEFORE_TOPICS[-1]}” and "
                                           f"before “{AFTER_TOPICS[0]}”: move it there.")  # fmt: skip
            continue
        place = FIXED.index(section.key)
        if place < reached:
            problems.add(section.line, f"“{section.key}” stands too late: move it before “{FIXED[reached]}”.")
        reached = max(place, reached)


def _check_missing(sections: Sequence[Section], problems: Problems) -> None:
    lines = {section.key: section.line for section in sections}
    last = sections[-1].line if sections else 1
    for place, key in enumerate(FIXED):
        if key not in lines:
            line = next((lines[later] for later in FIXED[place:] if later in lines), last)
            where = f"after “{FIXED[place - 1]}”" if place else "at the beginning"
            problems.add(line, f"The section “{key}” is missing: write ## Title {{#{key}}} {where}.")


def _check_contents(section: Section, problems: Problems) -> None:
    if not section.blocks:
        problems.add(section.line, f"The section “{section.key}” is empty: write something below its title.")
    elif section.kind in HOLDS and HOLDS[section.kind] not in {name_of(block) for block in section.blocks}:
        wanted = HOLDS[section.kind]
        problems.add(section.line, f"The section “{section.key}” holds no “::: {wanted}”: add one.")


def name_of(block: Block) -> str:
    """The directive that a node was written as; empty for a passage or a heading."""
    names: Mapping[type, str] = {Objectives: "objectives", Project: "project", Quiz: "quiz"}
    if isinstance(block, Passage | Heading):
        return ""
    return block.kind if isinstance(block, Card) else names.get(type(block), "")
