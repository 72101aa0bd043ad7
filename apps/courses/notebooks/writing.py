"""A chapter as a Jupyter notebook: its prose and code as cells, in the order of the text.

Listings share one namespace there, from top to bottom. Answers are folded, as they are in the chapter.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import nbformat
from nbformat import NotebookNode, v4

from apps.courses.dialect import Problems
from apps.courses.dialect.directives import read_directive
from apps.courses.dialect.figures import UnsafeFigure, inline
from apps.courses.dialect.front_matter import read_front
from apps.courses.dialect.nodes import (
    Callout,
    Card,
    Directive,
    Figure,
    Heading,
    Listing,
    Next,
    Objectives,
    Passage,
    Project,
    Quiz,
)
from apps.courses.dialect.structure import FenceWatch, RawBlock, RawSection, read_sections
from apps.courses.models import Chapter, Picture, Revision
from apps.courses.pictures import read_marker

CODE = re.compile(r"(?P<code>(?P<mark>`+)(?:.*?[^`])(?P=mark)(?!`))|\$\$.+?\$\$|\$[^$\n]+\$", re.DOTALL)
"""What is no prose: code in a line, and formulas."""
TAG = re.compile(r"<(?=[A-Za-z/!?])(?!(?:https?://|mailto:)[^\s<>]*>)")
ROLE = re.compile(r"\[(?P<text>[^\]]*)\](?:\((?:term|out):[^)\s]*\)|\{[a-z]+[^}\n]*\})")
LINK = re.compile(r"\]\((?P<href>(?:\.\./|/|#)[^)\s]*)")
KINDS = {"note": "Note", "tip": "Tip", "warning": "Warning", "key": "Key idea"}
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


@dataclass(frozen=True)
class Source:
    """What a notebook is made of. `address` is the chapter's own on the web, "" where there is none to lead back to."""

    revision: Revision
    pictures: Mapping[str, Picture]
    address: str


def write_notebook(chapter: Chapter, *, address: str = "") -> str:
    """The chapter's live text as a notebook of format 4.5, the same bytes each time. One query where there are pictures."""
    revision = chapter.live_revision
    digests = {marker.digest for marker in map(read_marker, revision.figures.values()) if marker}
    pictures = {each.digest: each for each in Picture.objects.filter(digest__in=digests)} if digests else {}
    source = Source(revision, pictures, address)
    cells = list(_write_cells(source))
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    notebook = v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}})
    written: str = nbformat.writes(notebook, version=4)
    return written + "\n"


def _write_cells(source: Source) -> Iterator[NotebookNode]:
    problems = Problems()  # the text was published, so there are none
    lines = source.revision.source.split("\n")
    front, length = read_front(lines, problems)
    yield v4.new_markdown_cell(
        "\n\n".join(filter(None, [f"# {front.title}", _prose(source, front.summary), _lead_back(source)]))
    )
    for number, section in enumerate(read_sections(list(enumerate(lines, start=1))[length:], problems), start=1):
        yield from _write_section(source, number, section, problems)


def _lead_back(source: Source) -> str:
    return (
        f"From [the chapter on Kindling]({source.address}), where every run is kept and checked."
        if source.address
        else ""
    )


def _write_section(source: Source, number: int, section: RawSection, problems: Problems) -> Iterator[NotebookNode]:
    """Neighbouring prose is one cell; code, and what holds a picture, is a cell of its own."""
    waiting = [f'<a id="{section.key}"></a>\n## {number} {_prose(source, section.title)}']
    for block in section.blocks:
        for piece in _write_block(source, block, problems):
            if isinstance(piece, str):
                waiting.append(piece)
                continue
            if waiting:
                yield v4.new_markdown_cell("\n\n".join(waiting))
                waiting = []
            yield piece
    if waiting:
        yield v4.new_markdown_cell("\n\n".join(waiting))


def _write_block(source: Source, block: RawBlock, problems: Problems) -> Iterator[str | NotebookNode]:
    if isinstance(block, Passage):
        yield _prose(source, block.text)
    elif isinstance(block, Heading):
        anchor = f'<a id="{block.key}"></a>\n' if block.key else ""
        yield f"{anchor}### {_prose(source, block.title)}"
    else:
        node = read_directive(block, problems)
        yield from _write_node(source, node, block)


def _write_node(source: Source, node: object, written: Directive) -> Iterator[str | NotebookNode]:
    match node:
        case Listing():
            yield f'<a id="{node.key}"></a>\n**{_prose(source, node.title)}**'
            yield _code(node.code, node.output)
        case Project():
            yield from _write_project(source, node)
        case Objectives():
            yield _prose(source, node.goals.text)
        case Quiz():
            yield _write_quiz(source, node)
        case Card():
            yield _write_card(source, node)
        case Callout():
            lines = f"**{node.title or KINDS.get(node.kind, '')}**\n\n{_prose(source, node.text.text)}".split("\n")
            yield f'<a id="{node.key}"></a>\n\n' + "\n".join(f"> {line}".rstrip() for line in lines)
        case Figure():
            yield _write_figure(source, node)
        case Next():
            yield _prose(source, node.text.text)
        case _:
            yield _prose(source, written.body.text)


def _write_project(source: Source, project: Project) -> Iterator[str | NotebookNode]:
    yield f'<a id="{project.key}"></a>\n### {_prose(source, project.title)}\n\n{_prose(source, project.before.text)}'.rstrip()
    yield _code(project.code, project.output)
    yield from filter(None, [_prose(source, project.after.text)])


def _code(code: str, output: str) -> NotebookNode:
    """A cell that has been run, as far as the chapter shows what came of it."""
    outputs = [v4.new_output("stream", name="stdout", text=output)] if output else []
    return v4.new_code_cell(code.rstrip("\n"), outputs=outputs)


def _write_quiz(source: Source, quiz: Quiz) -> str:
    letters = "ABCDEFGH"
    asked = [
        f"- **{letter}** {_prose(source, choice.text.text)}"
        for letter, choice in zip(letters, quiz.choices, strict=False)
    ]
    answers = [
        f"- **{letter}** is {'right' if choice.correct else 'wrong'}. {_prose(source, choice.reason.text)}".rstrip()
        for letter, choice in zip(letters, quiz.choices, strict=False)
    ]
    head = f'<a id="{quiz.key}"></a>\n{_prose(source, quiz.prompt.text).strip()}'
    return "\n\n".join([head, "\n".join(asked), _fold("Answer", "\n".join(answers))])


def _write_card(source: Source, card: Card) -> str:
    title = f"**{_prose(source, card.title)}**\n\n" if card.title else ""
    front, back = _prose(source, card.front.text).strip(), _prose(source, card.back.text).strip()
    return f'<a id="{card.key}"></a>\n{title}{front}\n\n' + _fold(
        "Solution" if card.kind == "exercise" else "Answer", back
    )


def _fold(summary: str, text: str) -> str:
    return f"<details><summary>{summary}</summary>\n\n{text}\n\n</details>"


def _write_figure(source: Source, figure: Figure) -> NotebookNode:
    """Pictures are attached. Drawings stand in the text, because Jupyter shows no SVG that is attached."""
    content, caption = source.revision.figures.get(figure.src, ""), _prose(source, figure.caption.text).strip()
    marker = read_marker(content)
    if marker and (picture := source.pictures.get(marker.digest)):
        encoded = base64.b64encode(bytes(picture.content)).decode()
        cell = v4.new_markdown_cell(f"![{_escape_alt(caption)}](attachment:{figure.src})\n\n{caption}")
        cell["attachments"] = {figure.src: {marker.media_type: encoded}}
        return cell
    try:
        drawing, title = inline(content, figure.key)
    except UnsafeFigure:
        return v4.new_markdown_cell(caption)
    encoded = base64.b64encode(_stand_alone(drawing).encode()).decode()
    shown = f'<img alt="{html.escape(title)}" src="data:image/svg+xml;base64,{encoded}">'
    return v4.new_markdown_cell(f"{shown}\n\n{caption}")


def _stand_alone(drawing: str) -> str:
    """On the page a drawing takes its colours from the text around it; alone it needs ink and paper of its own."""
    return drawing.replace(
        "<svg ", '<svg xmlns="http://www.w3.org/2000/svg" color="#231d19" style="background:#fdfbf7" ', 1
    )


def _escape_alt(text: str) -> str:
    return " ".join(re.sub(r"[\[\]!`*_\\]", "", text).split())


def _prose(source: Source, text: str) -> str:
    """Markdown of the dialect as Jupyter's: HTML stays text, as it is in the chapter, and links lead somewhere."""
    fence, lines = FenceWatch(), []
    for number, line in enumerate(text.split("\n"), start=1):
        lines.append((fence.covers(number, line), line))
    pieces, prose = [], list[str]()
    for covered, line in [*lines, (True, "")]:
        if not covered:
            prose.append(line)
            continue
        if prose:
            pieces.append(_mend(source, "\n".join(prose)))
            prose = []
        pieces.append(line)
    return "\n".join(pieces[:-1])


def _mend(source: Source, text: str) -> str:
    parts, at = [], 0
    for code in CODE.finditer(text):
        kept = code["code"] or TAG.sub(r"\\lt ", code.group())
        parts += [_mend_words(source, text[at : code.start()]), kept]
        at = code.end()
    return "".join([*parts, _mend_words(source, text[at:])])


def _mend_words(source: Source, text: str) -> str:
    plain = ROLE.sub(lambda role: role["text"], text)
    return LINK.sub(lambda link: f"]({_resolve(source, link['href'])}", TAG.sub(r"\\<", plain))


def _resolve(source: Source, href: str) -> str:
    """Links inside the chapter stay; others lead to the site, or where there is none to the top."""
    if href.startswith("#"):
        return href
    if not source.address:
        return "#"
    return f"{source.address}{href}" if href.startswith("../") else source.address.split("/courses/")[0] + href
