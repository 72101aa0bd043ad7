"""A chapter's HTML as a tree, and the tree as HTML or XHTML again."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from typing import Literal
from xml.etree import ElementTree
from xml.etree.ElementTree import Comment, Element, SubElement

from apps.courses.dialect.figures import ATTRIBUTES, ELEMENTS

EMPTY = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
NAMESPACES = {"svg": "http://www.w3.org/2000/svg", "math": "http://www.w3.org/1998/Math/MathML"}
# The parser gives every name in lower case, and drawings have some that are not.
MIXED = {name.lower(): name for name in ELEMENTS | ATTRIBUTES}

Change = Callable[[Element], list[Element | str] | None]
"""What stands in an element's place: other nodes, [] for nothing, None for the element itself."""


def parse(html: str) -> Element:
    """A `<div>` that holds what the HTML says. It must have been written by us: nothing is repaired."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    return builder.root


def write_html(root: Element) -> str:
    """The content of `root`."""
    return _write(root, method="html")


def write_xhtml(root: Element) -> str:
    """The content of `root` as well-formed XML; drawings and formulas name their namespaces."""
    for element in root.iter():
        if element.tag in NAMESPACES:
            element.set("xmlns", NAMESPACES[str(element.tag)])
    return _write(root, method="xml")


def rebuild(parent: Element, change: Change) -> None:
    """Replaces what is below `parent`, from the inside to the outside, by what `change` says."""
    old = list(parent)
    text, parent.text = parent.text or "", None
    for child in old:
        parent.remove(child)
    _append(parent, text)
    for child in old:
        tail, child.tail = child.tail or "", None
        if isinstance(child.tag, str):
            rebuild(child, change)
        changed = change(child)
        for node in [child] if changed is None else changed:
            _append(parent, node)
        _append(parent, tail)


def unwrap(element: Element) -> list[Element | str]:
    """What stands in the element, without it."""
    nodes: list[Element | str] = [element.text or ""]
    for child in element:
        tail, child.tail = child.tail or "", None
        nodes += [child, tail]
    return nodes


def is_comment(element: Element) -> bool:
    return element.tag is Comment  # type: ignore[comparison-overlap]


def _append(parent: Element, node: Element | str) -> None:
    if isinstance(node, Element):
        parent.append(node)
    elif len(parent):
        parent[-1].tail = (parent[-1].tail or "") + node
    else:
        parent.text = (parent.text or "") + node


def _write(root: Element, *, method: Literal["html", "xml"]) -> str:
    written = ElementTree.tostring(root, encoding="unicode", method=method)
    return written.partition(">")[2].rpartition("<")[0] if len(root) or root.text else ""


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("div")
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = self.add(tag, attrs)
        if tag not in EMPTY:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.add(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if any(element.tag == MIXED.get(tag, tag) for element in self.open[1:]):
            while self.open.pop().tag != MIXED.get(tag, tag):
                pass

    def handle_data(self, data: str) -> None:
        _append(self.open[-1], data)

    def handle_comment(self, data: str) -> None:
        self.open[-1].append(Comment(data))

    def add(self, tag: str, attrs: list[tuple[str, str | None]]) -> Element:
        """A flag has its own name for a value, as XML wants it."""
        known = {MIXED.get(name, name): name if value is None else value for name, value in attrs}
        return SubElement(self.open[-1], MIXED.get(tag, tag), known)
