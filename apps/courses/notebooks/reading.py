"""A Jupyter notebook as the beginning of a chapter: what it says and does, in the dialect, with the sections that every
chapter has around it. What cannot be taken over is told, for the author to look at.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import nbformat
from django.utils.text import slugify

from apps.courses.dialect import clean, outline_blank
from apps.courses.dialect.listings import LANGUAGES
from apps.courses.dialect.rules import BEFORE_TOPICS, FIXED, TAKEN
from apps.courses.dialect.source import SOURCE_BYTES, is_text
from apps.courses.pictures import BadPicture, describe_picture

NOTEBOOK_BYTES = 50_000_000
LONGEST_KEY = 50
LONGEST_TITLE = 80
LONGEST_OUTPUT = 4000
PICTURES = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
HEADING = re.compile(r" {0,3}(?P<marks>#{1,6})(?:[ \t]+(?P<text>.*?))?(?:[ \t]+#+)?[ \t]*")
UNDERLINE = re.compile(r"(?P<mark>=+|-{2,})\s*")
FENCE = re.compile(r" *(?P<mark>`{3,}|~{3,}) *(?P<info>[^`\s]*)[^`]*")
IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<src>[^)\s]*)[^)]*\)")
HTML = re.compile(r"</?[A-Za-z][^>]*>")
CODE = re.compile(r"`[^`]*`|<https?://[^>]*>")
ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
MAGIC = re.compile(r"^(\s*)([%!].*)$", re.MULTILINE)


class BadNotebook(ValueError):
    """The file is no notebook; the message says why and what to do."""


@dataclass
class NotebookChapter:
    """`files` are chapter.md and its pictures; `remarks` say what its author has to look at."""

    files: dict[str, bytes]
    remarks: list[str]


def read_notebook(content: bytes, *, name: str) -> NotebookChapter:
    """A chapter to go on from. `name` is for one without a title. Raises `BadNotebook`."""
    cells = _read_cells(content)
    chapter = _Chapter(name)
    for number, cell in enumerate(cells, start=1):
        chapter.read(number, cell)
    return chapter.finish()


def _read_cells(content: bytes) -> list[Any]:
    if len(content) > NOTEBOOK_BYTES:
        raise BadNotebook(f"It has over {NOTEBOOK_BYTES // 1_000_000} MB: clear its outputs and save it again.")
    try:
        notebook = nbformat.reads(content.decode("utf-8"), as_version=4)
        nbformat.validate(notebook)
    except Exception as error:  # noqa: BLE001  nbformat lets through whatever its parts raise on broken files
        shown = str(error).strip().split("\n")[0][:120] or type(error).__name__
        raise BadNotebook(
            f"This is no Jupyter notebook that can be read ({shown}): open and save it in Jupyter."
        ) from None
    return list(notebook.cells)


@dataclass
class _Section:
    title: str
    key: str
    lines: list[str] = field(default_factory=list)


class _Chapter:
    """Grows cell by cell. Sections that every chapter has are recognised by their titles."""

    def __init__(self, name: str) -> None:
        self.title = ""
        self.name = name
        self.keys = {*FIXED, *TAKEN}
        self.sections = [_Section("Introduction", "introduction")]
        self.pictures: dict[str, bytes] = {}
        self.remarks: list[str] = []
        self.attached: dict[str, Any] = {}
        self.cell = 0

    def read(self, number: int, cell: Any) -> None:
        self.cell, self.attached = number, cell.get("attachments", {})
        if cell.cell_type == "markdown":
            self.read_prose(_printable(_text(cell.source)))
        elif cell.cell_type == "code" and _text(cell.source).strip():
            self.read_code(_printable(_text(cell.source)), list(cell.outputs))
        elif cell.cell_type == "raw" and _text(cell.source).strip():
            self.remark("is raw, and was left out")

    def read_prose(self, text: str) -> None:
        fence: re.Match[str] | None = None
        fenced: list[str] = []
        for line in _with_headings(text).split("\n"):
            mark, heading = FENCE.fullmatch(line), HEADING.fullmatch(line)
            if fence and mark and mark["mark"].startswith(fence["mark"]) and not mark["info"]:
                self.add(_fence(_known(fence["info"]), "\n".join(fenced)))
                fence, fenced = None, []
            elif fence:
                fenced.append(_harmless(line))
            elif mark:
                fence = mark
            elif heading and (heading["text"] or "").strip():
                self.begin(len(heading["marks"]), _in_one_line(heading["text"]))
            else:
                self.keep_prose(line)
        if fence:
            self.add(_fence(_known(fence["info"]), "\n".join(fenced)))

    def keep_prose(self, line: str) -> None:
        figures = list[str]()
        for image in IMAGE.finditer(line):
            figures += self.take_image(image["alt"], image["src"])
        rest = IMAGE.sub("", line)
        if HTML.search(CODE.sub("", rest)):
            self.remark("holds HTML, which a chapter shows as text: write it in Markdown")
        if rest.strip() or not line.strip():
            self.add(f"\\{rest.lstrip()}" if FENCE.fullmatch(rest) else _harmless(rest))
        for figure in figures:
            self.add("", figure, "")

    def take_image(self, alt: str, src: str) -> Iterator[str]:
        data = self.attached.get(src.removeprefix("attachment:"), {}) if src.startswith("attachment:") else {}
        for media_type in PICTURES:
            if media_type in data:
                yield from self.keep_picture(media_type, _text(data[media_type]), alt)
                return
        self.remark(f"shows a picture that is not in the notebook ({src[:60]}): put the file beside the chapter")

    def read_code(self, code: str, outputs: list[Any]) -> None:
        if any(line.startswith((":::", "## ")) for line in code.split("\n")):
            code = re.sub(r"^(:::|## )", r"#\1", code, flags=re.MULTILINE)
            self.remark("had lines that begin with ::: or ##, which mean something in a chapter: look at its comments")
        if MAGIC.search(code):
            code = MAGIC.sub(r"\1# \2", code)
            self.remark("holds commands of Jupyter (% or !), which are comments now: Python does not know them")
        title = self.name_listing(code)
        key = self.make_key(title)
        printed = self.read_output(outputs)
        shown = [_fence("output", printed)] if printed else []
        head = f'::: listing {key} title="{title}"' + (' output="exact"' if printed else "")
        self.add("", "\n".join([head, _fence("python", code.strip("\n")), *shown, ":::"]), "")
        for media_type, data in _list_pictures(outputs):
            for figure in self.keep_picture(media_type, data, title):
                self.add(figure, "")

    def read_output(self, outputs: list[Any]) -> str:
        """What was printed, and the value of the last line, without colours; errors and rich outputs are told."""
        printed = ""
        for output in outputs:
            if output.output_type == "stream" and output.name == "stdout":
                printed += _text(output.text)
            elif output.output_type == "stream":
                self.remark("wrote to stderr, which was left out")
            elif output.output_type == "error":
                self.remark(f"ended with {_in_one_line(output.ename)[:60]}, which was left out")
            elif not set(output.data) & set(PICTURES):
                self.remark("showed a value, which a program only does with print: it was left out")
        text = "\n".join(_harmless(line.rstrip()) for line in _plain(printed).rstrip().split("\n"))
        if len(text) > LONGEST_OUTPUT:
            self.remark("printed very much: its output was cut")
            text = text[:LONGEST_OUTPUT].rpartition("\n")[0]
        return text

    def name_listing(self, code: str) -> str:
        first = code.strip().split("\n")[0]
        comment = _in_one_line(first.lstrip("#% ")) if first.startswith("#") else ""
        return (comment or f"Listing {self.cell}")[:LONGEST_TITLE].replace('"', "”").strip() or f"Listing {self.cell}"

    def keep_picture(self, media_type: str, data: str, alt: str) -> Iterator[str]:
        """The figure that shows it, when it is a picture at all."""
        try:
            content = base64.b64decode(data)
            describe_picture(content)
        except (binascii.Error, ValueError) as error:
            said = str(error) if isinstance(error, BadPicture) else "Its data is broken."
            self.remark(f"holds a picture that cannot be shown: {said}")
            return
        key = self.make_key("figure")
        name = f"{key}.{PICTURES[media_type]}"
        self.pictures[name] = content
        says = _in_one_line(alt).replace('"', "”")[:LONGEST_TITLE] or "What the listing drew"
        yield f'::: figure {key} src="{name}" alt="{says}"\n{_escape(says)}\n:::'

    def begin(self, level: int, title: str) -> None:
        if level == 1 and not self.title and not any("".join(each.lines).strip() for each in self.sections):
            self.title = title
        elif level <= 2:
            key = slugify(title)
            known = key in FIXED and key not in (each.key for each in self.sections[1:])
            if known and key == self.sections[0].key:
                return
            self.sections.append(_Section(title, key if known else self.make_key(title)))
        else:
            self.add("", f"### {title} {{#{self.make_key(title)}}}", "")

    def add(self, *lines: str) -> None:
        self.sections[-1].lines += lines

    def make_key(self, title: str) -> str:
        """An id that no other has."""
        stem = slugify(title)[:LONGEST_KEY].strip("-_").replace("_", "-") or "section"
        stem = re.sub(r"-+", "-", stem)
        number, key = 1, stem
        while key in self.keys:
            number += 1
            key = f"{stem}-{number}"
        self.keys.add(key)
        return key

    def remark(self, what: str) -> None:
        if (said := f"Cell {self.cell} {what}.") not in self.remarks:
            self.remarks.append(said)

    def finish(self) -> NotebookChapter:
        title = (self.title or _in_one_line(self.name) or "Untitled")[:120]
        blank = outline_blank(title)
        front = blank.partition("\n## ")[0]
        titles = dict(re.findall(r"^## (.+) \{#([a-z-]+)\}$", blank, re.MULTILINE))
        names = {key: title for title, key in titles.items()}
        written = {section.key: section for section in self.sections}
        topics = [section for section in self.sections if section.key not in FIXED]
        fixed = [written.get(key, _Section(names[key], key)) for key in FIXED]
        ordered = [*fixed[: len(BEFORE_TOPICS)], *topics, *fixed[len(BEFORE_TOPICS) :]]
        text = front + "".join(f"\n## {each.title} {{#{each.key}}}\n{_join(each.lines)}" for each in ordered)
        if len(text.encode()) > SOURCE_BYTES:
            raise BadNotebook(f"It makes a chapter of over {SOURCE_BYTES // 1000} kB: split the notebook.")
        remarks = [
            *self.remarks,
            "Fill in level and summary, and the sections that are empty; course check says what is missing.",
        ]
        return NotebookChapter({"chapter.md": clean(text).encode(), **self.pictures}, remarks)


def _text(value: Any) -> str:
    """Notebooks keep texts whole or as lists of lines; what cannot stand in a text is left out."""
    text = "".join(map(str, value)) if isinstance(value, list) else str(value)
    return "".join(char for char in text.replace("\r\n", "\n") if char in "\r\n\x1b" or is_text(char))


def _printable(text: str) -> str:
    return text.replace("\r", "\n").replace("\x1b", "")


def _plain(text: str) -> str:
    """Without colours, and without what a progress bar has written over."""
    lines = (line.rstrip("\r").rpartition("\r")[2] for line in ANSI.sub("", text).split("\n"))
    return "\n".join("".join(char for char in line if is_text(char)) for line in lines)


def _in_one_line(text: str) -> str:
    return " ".join("".join(char if is_text(char) else " " for char in text).split())


def _harmless(line: str) -> str:
    """A line of prose or output that means nothing to the dialect: a space keeps it from the margin."""
    plain = "".join(char for char in line if is_text(char))
    return f" {plain}" if plain.startswith((":::", "## ", "---")) else plain


def _known(language: str) -> str:
    return language.lower() if language.lower() in LANGUAGES else "text"


def _fence(language: str, text: str) -> str:
    """With marks that are longer than any in the text."""
    marks = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    return f"{marks}{language}\n{text}\n{marks}"


def _escape(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>#!$])", r"\\\1", text)


def _with_headings(text: str) -> str:
    """Headings that are underlined, as those that begin with #."""
    lines, kept, fenced = text.replace("\r\n", "\n").split("\n"), list[str](), False
    for line in lines:
        under, fence = UNDERLINE.fullmatch(line), FENCE.fullmatch(line)
        fenced ^= bool(fence)
        above = kept[-1] if kept else ""
        if under and not fenced and above.strip() and not re.match(r"\s*([#>|*+-]|\d+\.)", above):
            kept[-1] = f"{'#' if under['mark'][0] == '=' else '##'} {above.strip()}"
        else:
            kept.append(line)
    return "\n".join(kept)


def _list_pictures(outputs: list[Any]) -> Iterator[tuple[str, str]]:
    for output in outputs:
        data = output.get("data", {})
        for media_type in PICTURES:
            if media_type in data:
                yield media_type, _text(data[media_type])
                break


def _join(pieces: list[str]) -> str:
    """With no more than one empty line between two, and none at the ends."""
    kept = [piece for at, piece in enumerate(pieces) if piece.strip() or (at and pieces[at - 1].strip())]
    text = "\n".join(piece.rstrip() for piece in kept).strip("\n")
    return f"\n{text}\n" if text else ""
