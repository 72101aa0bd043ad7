"""A chapter as a Jupyter notebook: its prose and code as cells, in the order of the text.

Listings share one namespace there, from top to bottom. Answers are folded, as they are in the chapter.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass

import nbformat
from nbformat import NotebookNode, v4

from apps.courses.dialect.compiling import read_document
from apps.courses.dialect.nodes import (
    Block,
    Callout,
    Card,
    Figure,
    Heading,
    Listing,
    Passage,
    Project,
    Quiz,
    Section,
)
from apps.courses.dialect.problems import Problems
from apps.courses.dialect.structure import FenceWatch
from apps.courses.models import Chapter, Picture, Revision
from apps.courses.pictures import read_marker

CODE = re.compile(r"(?P<code>(?P<mark>`+)(?:.*?[^`])(?P=mark)(?!`))|\$\$.+?\$\$|\$[^$\n]+\$", re.DOTALL)
"""What is no prose: code in a line, and formulas."""
TAG = re.compile(r"<(?=[A-Za-z/!?])(?!(?:https?://|mailto:)[^\s<>]*>)")
ROLE = re.compile(r"\[(?P<text>[^\]]*)\]\((?:(?:term|out|lines):[^)\s]*|<(?:term|out|lines):[^>\n]*>)\)")
REFERENCE = re.compile(r"\[\]\(#(?P<key>[\w-]+)\)")
NAME = re.compile(r'<a [^>]*href="#(?P<key>[\w-]+)"[^>]*>(?P<name>[a-z]+ [0-9]+)</a>')
DRAWING = re.compile(r'<figure [^>]*id="(?P<key>[\w-]+)"[^>]*>(?:(?!</figure>).)*?(?P<svg><svg.*?</svg>)', re.DOTALL)
SVG_TITLE = re.compile(r"<title[^>]*>(?P<title>[^<]*)</title>")
LINK = re.compile(r"\]\((?P<href>(?:\.\./|/|#)[^)\s]*)")
KINDS = {"note": "Note", "tip": "Tip", "warning": "Warning", "key": "Key idea"}
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


@dataclass(frozen=True)
class Source:
    """What a notebook is made of: the text, and of the page that was made of it drawings and computed names, by id.

    `address` is the chapter's own on the web, "" where there is none to lead back to.
    """

    revision: Revision
    pictures: Mapping[str, Picture]
    address: str
    drawings: Mapping[str, str]
    names: Mapping[str, str]


def write_notebook(chapter: Chapter, *, address: str = "") -> str:
    """The chapter's live text as a notebook of format 4.5, the same bytes each time. One query where there are pictures."""
    cells = list(_write_cells(_gather(chapter.live_revision, address)))
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    notebook = v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}})
    written: str = nbformat.writes(notebook, version=4)
    return written + "\n"


def _gather(revision: Revision, address: str) -> Source:
    digests = {marker.digest for marker in map(read_marker, revision.figures.values()) if marker}
    return Source(
        revision=revision,
        pictures={each.digest: each for each in Picture.objects.filter(digest__in=digests)} if digests else {},
        address=address,
        drawings={found["key"]: found["svg"] for found in DRAWING.finditer(revision.html)},
        names={found["key"]: found["name"] for found in NAME.finditer(revision.html)},
    )


def _write_cells(source: Source) -> Iterator[NotebookNode]:
    document = read_document(source.revision.source, Problems())
    head = [f"# {document.front.title}", _prose(source, document.front.summary), _lead_back(source)]
    yield v4.new_markdown_cell("\n\n".join(filter(None, head)))
    for number, section in enumerate(document.sections, start=1):
        yield from _write_section(source, number, section)


def _lead_back(source: Source) -> str:
    return (
        f"From [the chapter on Kindling]({source.address}), where every run is kept and checked."
        if source.address
        else ""
    )


def _write_section(source: Source, number: int, section: Section) -> Iterator[NotebookNode]:
    """Neighbouring prose is one cell; code, and what holds a picture, is a cell of its own."""
    waiting = [f'<a id="{section.key}"></a>\n## {number} {_prose(source, section.title)}']
    for block in section.blocks:
        for piece in _write_block(source, block):
            if isinstance(piece, str):
                waiting += [piece] if piece.strip() else []
                continue
            if waiting:
                yield v4.new_markdown_cell("\n\n".join(waiting))
                waiting = []
            yield piece
    if waiting:
        yield v4.new_markdown_cell("\n\n".join(waiting))


def _write_block(source: Source, block: Block) -> Iterator[str | NotebookNode]:
    key = getattr(block, "key", "")
    if key:
        yield f'<a id="{key}"></a>'
    match block:
        case Passage():
            yield _prose(source, block.text)
        case Heading():
            yield f"### {_prose(source, block.title)}"
        case Listing():
            yield f"**{_prose(source, block.title)}**"
            yield _code(block.code, block.output)
        case Project():
            yield from _write_project(source, block)
        case Quiz():
            yield _write_quiz(source, block)
        case Card():
            yield _write_card(source, block)
        case Callout():
            words = f"**{block.title or KINDS.get(block.kind, '')}**\n\n{_prose(source, block.text.text)}"
            yield "\n".join(f"> {line}".rstrip() for line in words.split("\n"))
        case Figure():
            yield _write_figure(source, block)
        case _:
            yield from _write_rest(source, block)


def _write_rest(source: Source, node: object) -> Iterator[str | NotebookNode]:
    """Of what has no form of its own here: its drawing, its title, and every passage in it."""
    if not is_dataclass(node):
        return
    key, title = getattr(node, "key", ""), getattr(node, "title", "")
    if title:
        yield f"**{_prose(source, title)}**"
    if key in source.drawings:
        yield v4.new_markdown_cell(_show(source.drawings[key], title))
    for value in [getattr(node, each.name) for each in fields(node)]:
        if isinstance(value, Passage):
            yield _prose(source, value.text)
        elif isinstance(value, tuple):
            for each in value:
                yield from _write_rest(source, each)


def _write_project(source: Source, project: Project) -> Iterator[str | NotebookNode]:
    yield f"### {_prose(source, project.title)}\n\n{_prose(source, project.before.text)}".rstrip()
    yield _code(project.code, project.output)
    yield _prose(source, project.after.text)
    yield from _fold_hints(source, project)


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
    return "\n\n".join(
        [_prose(source, quiz.prompt.text).strip(), "\n".join(asked), _fold("Answer", "\n".join(answers))]
    )


def _write_card(source: Source, card: Card) -> str:
    title = f"**{_prose(source, card.title)}**\n\n" if card.title else ""
    front, back = _prose(source, card.front.text).strip(), _prose(source, card.back.text).strip()
    folded = [*_fold_hints(source, card), _fold("Solution" if card.kind == "exercise" else "Answer", back)]
    return "\n\n".join([f"{title}{front}", *folded])


def _fold_hints(source: Source, node: Card | Project) -> Iterator[str]:
    hints: Sequence[Passage] = getattr(node, "hints", ())
    for number, hint in enumerate(hints, start=1):
        yield _fold(f"Hint {number}", _prose(source, hint.text).strip())


def _fold(summary: str, text: str) -> str:
    return f"<details><summary>{summary}</summary>\n\n{text}\n\n</details>"


def _write_figure(source: Source, figure: Figure) -> NotebookNode:
    """Pictures are attached. Drawings stand in the text, because Jupyter shows no SVG that is attached."""
    content, caption = source.revision.figures.get(figure.src, ""), _prose(source, figure.caption.text).strip()
    marker = read_marker(content)
    if marker and (picture := source.pictures.get(marker.digest)):
        encoded = base64.b64encode(bytes(picture.content)).decode()
        cell = v4.new_markdown_cell(
            f"![{_escape_alt(getattr(figure, 'alt', '') or caption)}](attachment:{figure.src})\n\n{caption}"
        )
        cell["attachments"] = {figure.src: {marker.media_type: encoded}}
        return cell
    return v4.new_markdown_cell(f"{_show(source.drawings.get(figure.key, ''), '')}\n\n{caption}".strip())


def _show(drawing: str, title: str) -> str:
    if not drawing:
        return ""
    named = SVG_TITLE.search(drawing)
    encoded = base64.b64encode(_stand_alone(drawing).encode()).decode()
    says = named["title"] if named else html.escape(title)
    return f'<img alt="{says}" src="data:image/svg+xml;base64,{encoded}">'


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
    named = REFERENCE.sub(lambda found: f"[{source.names.get(found['key'], 'there')}](#{found['key']})", text)
    plain = ROLE.sub(lambda role: role["text"], named)
    return LINK.sub(lambda link: f"]({_resolve(source, link['href'])}", TAG.sub(r"\\<", plain))


def _resolve(source: Source, href: str) -> str:
    """Links inside the chapter stay; others lead to the site, or where there is none to the top."""
    if href.startswith("#"):
        return href
    if not source.address:
        return "#"
    return f"{source.address}{href}" if href.startswith("../") else source.address.split("/courses/")[0] + href
