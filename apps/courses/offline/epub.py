"""A course as an EPUB 3: chapters as XHTML, drawings and formulas in them, the questions' answers at the end of each."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from textwrap import wrap

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from apps.courses.models import Course

from .adapting import BOOK, adapt, adapt_answers, adapt_html
from .archives import pack
from .assets import read_built
from .books import Book, Leaf, load_pictures, open_book
from .markup import NAMESPACES, write_xhtml

MEDIA_TYPES = {
    ".xhtml": "application/xhtml+xml",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
}
PROPERTIES = {"math": "mathml", "svg": "svg"}
CONTAINER = """<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
  <rootfiles><rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""


@dataclass(frozen=True)
class Resource:
    """A file of the book, as its manifest names it. `properties` say what its reader must be able to show."""

    name: str
    content: bytes
    properties: str = ""
    in_spine: bool = False

    @property
    def id(self) -> str:
        return "f-" + self.name.replace("/", "-").replace(".", "-")

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES["." + self.name.rpartition(".")[2]]


def build_epub(course: Course) -> bytes:
    """The book. The same course gives the same bytes. Two queries; some 60 ms a chapter. Raises `NotBuilt`."""
    book, pictures = open_book(course), dict[str, str]()
    chapters = [_build_chapter(book, leaf, pictures) for leaf in book.leaves]
    resources = [
        Resource("cover.svg", _draw_cover(book).encode(), "cover-image"),
        Resource("book.css", read_built("book.css")),
        _page(book, "cover", "Cover", _draw_cover(book), body_class="cover"),
        Resource("nav.xhtml", _render("nav", book=book), "nav", in_spine=True),
        *chapters,
        *([_build_glossary(book)] if book.terms else []),
    ]
    resources += [
        Resource(f"pictures/{pictures[key]}", bytes(each.content))
        for key, each in sorted(load_pictures(set(pictures)).items())
    ]
    return _bind(book, resources)


def _bind(book: Book, resources: list[Resource]) -> bytes:
    files = {f"EPUB/{each.name}": each.content for each in resources}
    identifier = uuid.uuid5(uuid.NAMESPACE_URL, f"kindling:{book.slug}")
    modified = book.changed.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    package = _render("package", book=book, resources=resources, identifier=identifier, modified=modified)
    fixed = {
        "mimetype": b"application/epub+zip",
        "META-INF/container.xml": CONTAINER.encode(),
        "EPUB/package.opf": package,
    }
    return pack(fixed | files, plain_first="mimetype")


def _render(name: str, **context: object) -> bytes:
    return render_to_string(f"offline/{name}.xml", context).lstrip().encode()


def _page(book: Book, name: str, title: str, body: str, *, body_class: str = "") -> Resource:
    properties = " ".join(PROPERTIES[tag] for tag in PROPERTIES if f"<{tag} " in body)
    safe = mark_safe(body)  # noqa: S308  written by our own templates, or made safe when the chapter was published
    content = _render("page", book=book, title=title, body=safe, body_class=body_class)
    return Resource(f"{name}{BOOK.suffix}", content, properties, in_spine=True)


def _build_chapter(book: Book, leaf: Leaf, pictures: dict[str, str]) -> Resource:
    adapted = adapt(book, leaf, BOOK)
    for element in adapted.body.iter():
        element.attrib.pop("tabindex", None)
    pictures |= adapted.pictures
    written = render_to_string("offline/_answers.html", {"questions": _list_questions(leaf)})
    answers = write_xhtml(adapt_answers(book, leaf, BOOK, written))
    context = {"leaf": leaf, "body": mark_safe(write_xhtml(adapted.body)), "answers": mark_safe(answers)}  # noqa: S308
    return _page(book, leaf.name, leaf.title, render_to_string("offline/_chapter.html", context))


def _list_questions(leaf: Leaf) -> list[tuple[str, object]]:
    """In the order of the text, which the store does not keep."""
    order = {key: leaf.html.find(f'id="{key}"') for key in leaf.quizzes}
    return sorted(leaf.quizzes.items(), key=lambda question: order[question[0]])


def _build_glossary(book: Book) -> Resource:
    terms = []
    for term in book.terms:
        body = write_xhtml(adapt_html(book, term.leaf, BOOK, term.html).body)
        terms.append({"key": term.key, "title": term.title, "leaf": term.leaf, "body": mark_safe(body)})  # noqa: S308
    return _page(book, "glossary", "Glossary", render_to_string("offline/_terms.html", {"terms": terms}))


def _draw_cover(book: Book) -> str:
    lines = wrap(book.title, 16)[:6] or ["Kindling"]
    placed = [(line, 760 + 120 * at) for at, line in enumerate(lines)]
    return render_to_string(
        "offline/cover.xml", {"book": book, "lines": placed, "namespace": NAMESPACES["svg"]}
    ).strip()
