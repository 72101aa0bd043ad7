"""A chapter's HTML made fit for reading without the site: nothing in it asks a server, and every link leads somewhere."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from django.template.loader import render_to_string

from .books import Book, Leaf
from .markup import Change, is_comment, parse, rebuild, unwrap

PICTURE = re.compile(r"/pictures/(?P<name>(?P<digest>[0-9a-f]{64})\.[a-z]+)")
ELSEWHERE = re.compile(r"https?://|mailto:", re.IGNORECASE)
CHAPTER = re.compile(r"\.\./(?P<slug>[a-z0-9-]+)/?(?:#(?P<key>[\w-]+))?")
LATER = ("loading", "decoding")  # of pictures; in a folder there is nothing to wait for
HEADINGS = ("h2", "h3")
PLOT = "kindling-plot"
CONTROLS = frozenset(["input", "button", "select", "textarea", "output", "script", "template", "progress"])


@dataclass(frozen=True)
class Medium:
    """What a site and a book differ in: how the files of pages end, the template of a question, and whether a script moves
    figures: few readers of books run any.
    """

    suffix: str
    question: str
    data: Collection[str]
    links_headings: bool
    moves_figures: bool


SITE = Medium(
    ".html",
    "offline/_quiz.html",
    data=("data-kind", "data-choice", "data-right"),
    links_headings=True,
    moves_figures=True,
)
BOOK = Medium(".xhtml", "offline/_question.html", data=(), links_headings=False, moves_figures=False)


@dataclass
class Adapted:
    """A chapter's text for one medium, and the digests of the pictures that it shows."""

    body: Element
    pictures: dict[str, str] = field(default_factory=dict)


def adapt(book: Book, leaf: Leaf, medium: Medium) -> Adapted:
    """The leaf's tree, changed in place. `pictures` are names of files by digest, below `pictures/`."""
    return _Adapter(book, leaf, medium).adapt(leaf.tree)


def adapt_html(book: Book, leaf: Leaf, medium: Medium, html: str) -> Adapted:
    """The same for a piece of HTML that comes from this chapter and is shown on another page: its links name the chapter."""
    return _Adapter(book, leaf, medium, away=True).adapt(parse(html))


def adapt_answers(book: Book, leaf: Leaf, medium: Medium, html: str) -> Element:
    """The same for the answers of this chapter's questions, which stand on its own page and lead back to them."""
    answers = parse(html)
    rebuild(answers, _Adapter(book, leaf, medium).mend)
    return answers


class _Adapter:
    def __init__(self, book: Book, leaf: Leaf, medium: Medium, *, away: bool = False) -> None:
        self.book = book
        self.leaf = leaf
        self.medium = medium
        self.away = away
        self.pictures: dict[str, str] = {}
        self.moving: list[Element] = []

    def adapt(self, body: Element) -> Adapted:
        if self.medium.moves_figures:
            self.moving = [inner for plot in body.iter(PLOT) for inner in plot.iter()]
        rebuild(body, self.change)
        return Adapted(body, self.pictures)

    def change(self, element: Element) -> list[Element | str] | None:
        if any(element is each for each in self.moving):
            return None
        if element.get("id") in self.leaf.quizzes:
            return self.ask(str(element.get("id")))
        if element.tag in CONTROLS or "hidden" in element.attrib:
            return []  # what is hidden waits for a script that is not here
        if element.tag == "form":
            element.tag = "div"
        return self.mend(element)

    def mend(self, element: Element) -> list[Element | str] | None:
        """What holds for every element, those of a question too."""
        if is_comment(element):
            return self.fill(str(element.text))
        if "-" in element.tag:
            element.tag = "div"
        if element.tag in HEADINGS and not self.medium.links_headings:
            rebuild(element, lambda inner: unwrap(inner) if inner.tag == "a" else None)
        changes: dict[str, Change] = {"a": self.link, "img": self.show}
        changed = changes[element.tag](element) if element.tag in changes else None
        self.strip(element)
        return changed

    def fill(self, hole: str) -> list[Element | str]:
        """The way to the next chapter; every other hole stays empty."""
        kind, _, slug = hole.partition(":")
        leaf = self.book.by_slug.get(slug) if kind == "next" else None
        if leaf is None:
            return []
        link = Element("a", {"class": "next-chapter", "href": f"{leaf.name}{self.medium.suffix}"})
        link.text = leaf.title
        return [link]

    def ask(self, key: str) -> list[Element | str]:
        """The question anew, with its answers."""
        asked = parse(render_to_string(self.medium.question, {"key": key, "question": self.leaf.quizzes[key]}))
        rebuild(asked, self.mend)
        return unwrap(asked)

    def link(self, link: Element) -> list[Element | str] | None:
        target = self.resolve(link.get("href", ""))
        link.set("href", target)
        return None if target else unwrap(link)

    def resolve(self, href: str) -> str:
        """Where a link leads here, "" when it leads nowhere."""
        if ELSEWHERE.match(href):
            return href
        if href.startswith("#"):
            here = f"{self.leaf.name}{self.medium.suffix}" if self.away else ""
            return f"{here}{href}" if href[1:] in self.leaf.ids else here
        found = CHAPTER.fullmatch(href)
        leaf = self.book.by_slug.get(found["slug"]) if found else None
        if found is None or leaf is None:
            return ""
        key = found["key"] if found["key"] in leaf.ids else ""
        return f"{leaf.name}{self.medium.suffix}" + (f"#{key}" if key else "")

    def show(self, picture: Element) -> list[Element | str] | None:
        found = PICTURE.fullmatch(picture.get("src", ""))
        if found is None:
            return [picture.get("alt", "")]
        self.pictures[found["digest"]] = found["name"]
        picture.set("src", f"pictures/{found['name']}")
        return None

    def strip(self, element: Element) -> None:
        """Attributes that only the site's scripts and styles read."""
        for name in list(element.attrib):
            if name.startswith("hx-") or name in LATER or (name.startswith("data-") and name not in self.medium.data):
                del element.attrib[name]
