"""A course as a folder of pages that a browser opens without any server: `index.html`, and a page for each chapter."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from apps.courses.models import Course, Passage

from .adapting import PLOT, SITE, adapt, adapt_html
from .assets import read_built
from .books import Book, Leaf, list_passages, load_pictures, open_book
from .markup import write_html

ASSETS = ("site.css", "offline.css", "offline.js")
SLIDERS = "sliders.js"
URL = re.compile(r"url\(\"?(?:\./)?(?P<name>[\w./-]+)\"?\)")
LONGEST_PASSAGE = 4000
"""Of a section's words, characters that can be found; whoever wants more of it has the page."""


def build_site(course: Course) -> dict[str, bytes]:
    """Every file of the site by name. Three queries, and one for pictures; some 50 ms a chapter. Raises `NotBuilt`."""
    book, pictures = open_book(course), dict[str, str]()
    pages = {"index.html": _page(book, book.title, render_to_string("offline/_index.html", {"book": book}))}
    for before, leaf, after in zip([None, *book.leaves], book.leaves, [*book.leaves[1:], None], strict=False):
        pages[f"{leaf.name}.html"] = _build_leaf(book, leaf, (before, after), pictures)
    if book.terms:
        pages["glossary.html"] = _page(book, "Glossary", _build_glossary(book))
    files = {name: page.encode() for name, page in pages.items()}
    files["search.js"] = _build_index(book, list_passages(course))
    files |= {f"pictures/{pictures[key]}": bytes(each.content) for key, each in load_pictures(set(pictures)).items()}
    files |= _read_assets(formulas=_hold(pages, "math"))
    if _hold(pages, PLOT):
        files[SLIDERS] = read_built(SLIDERS)
    return dict(sorted(files.items()))


def _hold(pages: Mapping[str, str], element: str) -> bool:
    return any(f"<{element}" in page for page in pages.values())


def _page(book: Book, title: str, body: str) -> str:
    context = {"book": book, "title": title, "body": mark_safe(body), "moves": f"<{PLOT}" in body}  # noqa: S308  ours
    return render_to_string("offline/_page.html", context).lstrip()


def _build_leaf(book: Book, leaf: Leaf, beside: tuple[Leaf | None, Leaf | None], pictures: dict[str, str]) -> str:
    adapted = adapt(book, leaf, SITE)
    pictures |= adapted.pictures
    context = {
        "leaf": leaf,
        "sections": leaf.outline,
        "body": mark_safe(write_html(adapted.body)),  # noqa: S308  made safe when the chapter was published
        "previous": beside[0],
        "next": beside[1],
    }
    return _page(book, leaf.title, render_to_string("offline/_leaf.html", context))


def _build_glossary(book: Book) -> str:
    terms = []
    for term in book.terms:
        body = write_html(adapt_html(book, term.leaf, SITE, term.html).body)
        terms.append({"key": term.key, "title": term.title, "leaf": term.leaf, "body": mark_safe(body)})  # noqa: S308
    return render_to_string("offline/_glossary.html", {"terms": terms})


def _build_index(book: Book, passages: Iterable[Passage]) -> bytes:
    """A script and no JSON, because a page that lies in a file may not fetch another file."""
    entries = [
        [passage.title, leaf.title, f"{leaf.name}.html#{passage.key}", passage.text[:LONGEST_PASSAGE]]
        for passage in passages
        if (leaf := book.by_slug.get(passage.chapter.slug))
    ]
    return f"globalThis.kindlingIndex = {json.dumps(entries, ensure_ascii=False)};\n".encode()


def _read_assets(*, formulas: bool) -> dict[str, bytes]:
    """Styles, the script and the fonts that they name; the large one of formulas only where there are any."""
    assets = {name: read_built(name) for name in ASSETS}
    fonts = {found["name"] for found in URL.finditer(assets["site.css"].decode()) if "/" in found["name"]}
    return assets | {name: read_built(name) for name in fonts if formulas or "math" not in name}
