"""From what a chapter consists of back to its text: what is written is read as the same again, but for its lines."""

from __future__ import annotations

from collections.abc import Mapping

from .nodes import (
    Block,
    Callout,
    Card,
    Choice,
    Document,
    Figure,
    Front,
    Heading,
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
from .tomling import write_checks, write_plot, write_question


def write(document: Document) -> str:
    """A text that `compile_chapter` reads as this document."""
    return "\n".join([_front(document.front), *(_section(section) for section in document.sections)])


def _front(front: Front) -> str:
    requires = f"requires: {', '.join(slug for _, slug in front.requires)}\n" if front.requires else ""
    return (
        f"---\ntitle: {front.title}\nlevel: {front.level}\nsummary: {front.summary}\nupdated: {front.updated}\n"
        f"{requires}---\n"
    )


def _section(section: Section) -> str:
    return (
        "\n\n".join([f"## {section.title} {{#{section.key}}}", *(write_block(block) for block in section.blocks)])
        + "\n"
    )


def write_block(block: Block) -> str:
    """The text of one block, without a line end behind it."""
    match block:
        case Passage():
            return block.text
        case Heading():
            return f"### {block.title}" + (f" {{#{block.key}}}" if block.key else "")
        case Objectives():
            return _wrap("objectives", block.key, {}, block.goals.text)
        case Listing():
            return _listing(block)
        case Project():
            return _project(block)
        case Quiz():
            return _wrap("quiz", block.key, {}, block.prompt.text, *map(_choice, block.choices))
        case Card():
            hints = [f"--- hint\n{hint.text}" for hint in block.hints]
            title = {"title": block.title} if block.title else {}
            return _wrap(block.kind, block.key, title, block.front.text, *hints, "---", block.back.text)
        case Callout():
            return _wrap("callout", block.key, {"kind": block.kind, "title": block.title}, block.text.text)
        case Figure():
            return _figure(block)
        case Slider():
            fence = _fence("plot", write_plot(block.plot)) if block.plot else ""
            return _wrap("slider", block.key, {"title": block.title}, fence, block.caption.text)
        case Term():
            return _wrap("term", block.key, {"title": block.title, "also": ", ".join(block.also)}, block.text.text)
        case Tabs():
            panels = [f"--- {panel.title}\n{panel.text.text}" for panel in block.panels]
            return _wrap("tabs", block.key, {}, *panels)
        case Next():
            return _wrap("next", block.slug, {}, block.text.text)


def _wrap(name: str, key: str, attributes: Mapping[str, str], *parts: str) -> str:
    written = "".join(f' {attribute}="{value}"' for attribute, value in attributes.items() if value)
    return "\n".join([f"::: {name} {key}{written}", *(part for part in parts if part), ":::"])


def _fence(language: str, code: str) -> str:
    """Nothing where there is no code. The fence is longer than any in it."""
    mark = "```"
    while mark in code:
        mark += "`"
    return f"{mark}{language}\n{code.rstrip(chr(10))}\n{mark}" if code else ""


def _listing(listing: Listing) -> str:
    attributes = {"title": listing.title, "output": listing.match if listing.output else ""}
    fences = _fence("python", listing.code), _fence("output", listing.output)
    return _wrap("evidence" if listing.folded else "listing", listing.key, attributes, *fences)


def _project(project: Project) -> str:
    attributes = {
        "title": project.title,
        "goal": project.goal,
        "minutes": str(project.minutes),
        "device": project.device,
        "starter": "passes" if project.starter_passes else "",
        **{name: str(limit) for name, limit in project.limits.items()},
        **project.mistakes,
    }
    fences = [
        _fence("python", project.code),
        _fence("output", project.output),
        _fence("checks", write_checks(project.checks)),
        _fence("predict", write_question(project.question) if project.question else ""),
        _fence("solution", project.solution),
    ]
    hints = [f"--- hint\n{hint.text}" for hint in project.hints]
    return _wrap("project", project.key, attributes, project.before.text, *fences, project.after.text, *hints)


def _choice(choice: Choice) -> str:
    text = choice.text.text.replace("\n", "\n  ")
    reason = "".join(f"\n  > {line}" for line in choice.reason.text.split("\n")) if choice.reason.text else ""
    return f"- [{'x' if choice.correct else ' '}] {text}{reason}"


def _figure(figure: Figure) -> str:
    wide = " wide" if figure.wide else ""
    attributes = {"src": figure.src, "alt": figure.alt, "out": figure.out}
    header, _, rest = _wrap("figure", figure.key, attributes, figure.caption.text).partition("\n")
    return f"{header}{wide}\n{rest}"
