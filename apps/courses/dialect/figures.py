"""Figures: SVG drawings that become part of the page. Only what is known to be harmless is written out again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape
from types import MappingProxyType
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"
XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
FIGURE_BYTES = 60_000
DEEPEST = 20

ELEMENT_NAMES = (
    "svg g defs symbol use title desc path rect circle ellipse line polyline polygon text tspan marker "
    "linearGradient radialGradient stop clipPath mask pattern"
)
# Presentation attributes and geometry. No `style` (the content security policy would drop it), no event handlers.
ATTRIBUTE_NAMES = (
    "id class role aria-hidden aria-label href viewBox preserveAspectRatio width height x y x1 y1 x2 y2 cx cy r rx ry "
    "d points dx dy rotate textLength lengthAdjust transform pathLength fill fill-opacity fill-rule stroke "
    "stroke-width stroke-opacity stroke-linecap stroke-linejoin stroke-miterlimit stroke-dasharray stroke-dashoffset "
    "opacity color vector-effect paint-order font-family font-size font-weight font-style letter-spacing text-anchor "
    "dominant-baseline alignment-baseline baseline-shift marker-start marker-mid marker-end markerWidth markerHeight "
    "markerUnits orient refX refY gradientUnits gradientTransform spreadMethod offset stop-color stop-opacity "
    "clip-path clip-rule clipPathUnits mask maskUnits maskContentUnits patternUnits patternContentUnits "
    "patternTransform fx fy display visibility"
)
ELEMENTS = frozenset(ELEMENT_NAMES.split())
WORDS = frozenset(["text", "tspan", "title", "desc"])
ATTRIBUTES = frozenset(ATTRIBUTE_NAMES.split())
IGNORED = frozenset(["version", "{http://www.w3.org/XML/1998/namespace}space"])
LOCAL_URL = re.compile(r"url\(#([A-Za-z][\w.-]*)\)")
IDENTIFIER = re.compile(r"[A-Za-z][\w.-]*")


class UnsafeFigure(ValueError):
    """The drawing cannot be shown; `reasons` say what is wrong in it and what to do."""

    def __init__(self, *reasons: str) -> None:
        self.reasons = reasons
        super().__init__(" ".join(reasons))


def inline(svg: str, key: str) -> tuple[str, str]:
    """A drawing as markup for the page, and its title. Ids in it begin with `key--`, so that they stay unique.

    Raises `UnsafeFigure`.
    """
    root = _parse(svg)
    reasons = list(dict.fromkeys([*_check_whole(root), *_check_tree(root)]))
    if reasons:
        raise UnsafeFigure(*reasons)
    title = root.find(f"{SVG}title")
    assert title is not None  # noqa: S101  _check_whole found it
    for size in ("width", "height"):
        root.attrib.pop(size, None)  # the style sheet says how wide, the viewBox how high
    return _write(root, key, {"role": "img"}), " ".join("".join(title.itertext()).split())


def _parse(svg: str) -> ElementTree.Element:
    if len(svg.encode()) > FIGURE_BYTES:
        raise UnsafeFigure(f"It is over {FIGURE_BYTES // 1000} kB: simplify the drawing.")
    if re.search(r"<!(DOCTYPE|ENTITY)", svg, re.IGNORECASE):
        raise UnsafeFigure("It has a DOCTYPE or an entity: delete them.")
    try:
        return ElementTree.fromstring(svg)  # noqa: S314  without a DTD there is nothing to expand
    except ElementTree.ParseError as error:
        raise UnsafeFigure(f"It is not well-formed XML ({error}).") from None


def _check_whole(root: ElementTree.Element) -> Iterator[str]:
    if root.tag != f"{SVG}svg":
        yield 'Its outermost element must be <svg xmlns="http://www.w3.org/2000/svg">.'
    title = root.find(f"{SVG}title")
    if title is None or not "".join(title.itertext()).strip():
        yield "It has no <title>: say in one what can be seen, for those who cannot see it."
    if not root.get("viewBox"):
        yield "It has no viewBox: it could not grow and shrink with the page."


def _check_tree(element: ElementTree.Element, depth: int = 0) -> Iterator[str]:
    name = element.tag.removeprefix(SVG)
    if not element.tag.startswith(SVG) or name not in ELEMENTS or depth > DEEPEST:
        yield f"The element <{name[:40]}> is not allowed in figures."
        return
    for attribute, value in element.attrib.items():
        yield from _check_attribute(name, "href" if attribute == XLINK_HREF else attribute, value)
    for child in element:
        yield from _check_tree(child, depth + 1)


def _check_attribute(element: str, attribute: str, value: str) -> Iterator[str]:
    if attribute in IGNORED:
        return
    if attribute == "style":
        yield 'A style attribute is not allowed: write its properties as attributes, such as fill="currentColor".'
    elif attribute == "id" and not IDENTIFIER.fullmatch(value):
        yield f"The id “{value[:40]}” is none: begin with a letter, go on with letters, digits, hyphens."
    elif attribute == "href" and not re.fullmatch(rf"#{IDENTIFIER.pattern}", value):
        yield f'href="{value[:40]}" leads out of the figure: only #id is allowed.'
    elif "url" in value.lower() and attribute != "class" and not LOCAL_URL.fullmatch(value.strip()):
        yield f'{attribute}="{value[:40]}" leads out of the figure: only url(#id) is allowed.'
    elif "\\" in value:  # values are read as CSS, where an escape could spell url
        yield f'{attribute}="{value[:40]}" is not allowed: write it without a backslash.'
    elif attribute not in ATTRIBUTES:
        yield f"The attribute {attribute[:40]} is not allowed on <{element}>."


def _write(element: ElementTree.Element, key: str, label: Mapping[str, str] = MappingProxyType({})) -> str:
    name = element.tag.removeprefix(SVG)
    attributes = dict(label)
    for attribute, value in element.attrib.items():
        if attribute not in IGNORED and attribute not in attributes:
            attributes["href" if attribute == XLINK_HREF else attribute] = _localise(attribute, value, key)
    written = "".join(f' {attribute}="{escape(value)}"' for attribute, value in attributes.items())
    inner = _write_text(element, element.text)
    inner += "".join(_write(child, key) + _write_text(element, child.tail) for child in element)
    return f"<{name}{written}>{inner}</{name}>" if inner else f"<{name}{written}/>"


def _write_text(element: ElementTree.Element, text: str | None) -> str:
    """What stands between other elements than words is there for whoever edits the drawing."""
    return escape(text or "", quote=False) if element.tag.removeprefix(SVG) in WORDS else ""


def _localise(attribute: str, value: str, key: str) -> str:
    if attribute == "id":
        return f"{key}--{value}"
    if attribute in ("href", XLINK_HREF):
        return f"#{key}--{value[1:]}"
    return LOCAL_URL.sub(rf"url(#{key}--\1)", value)
