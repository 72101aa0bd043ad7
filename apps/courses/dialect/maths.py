"""Formulas: TeX that KaTeX turns into MathML when a chapter is published, so that readers need no script for it.

KaTeX runs in an engine of its own that knows nothing of the machine, with bounds on memory, time and expansions. What it
writes is read and written anew: only what is known to be harmless, and known to every browser, comes through.
"""

from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache
from html import escape
from pathlib import Path
from xml.etree import ElementTree

from django.contrib.staticfiles import finders

LONGEST_FORMULA = 2000
DEEPEST = 60
MEMORY_BYTES = 64 << 20
SECONDS = 2.0
MATHML = "{http://www.w3.org/1998/Math/MathML}"
# KaTeX gives \vdots a rule for its height in HTML, which MathML needs not. Each formula has a list of macros of its own:
# \gdef writes into it.
SCRIPT = """
function typeset(tex, display) {
  try {
    const macros = { "\\\\vdots": "\\\\varvdots" };
    const options = { output: "mathml", displayMode: display, trust: false, strict: "error", maxExpand: 200, maxSize: 20, errorColor: "#bad", macros };
    return JSON.stringify({ mathml: katex.renderToString(tex, options) });
  } catch (error) {
    return JSON.stringify({ wrong: String(error.rawMessage ?? error.message) });
  }
}
"""
ELEMENT_NAMES = (
    "math mrow mi mn mo ms mtext mspace msup msub msubsup munder mover munderover mmultiscripts mprescripts none mfrac "
    "msqrt mroot mtable mtr mtd mstyle mpadded mphantom"
)
ATTRIBUTE_NAMES = (
    "accent accentunder columnspan depth display displaystyle fence form height largeop linethickness lspace maxsize "
    "minsize movablelimits rowspan rspace scriptlevel separator stretchy symmetric voffset width"
)
ELEMENTS = frozenset(ELEMENT_NAMES.split())
ATTRIBUTES = frozenset(ATTRIBUTE_NAMES.split())
SIDES = ("left", "right")
COLOURS = ("mathcolor", "mathbackground")
VARIANTS = {
    "bold": "BOLD",
    "italic": "ITALIC",
    "bold-italic": "BOLD ITALIC",
    "double-struck": "DOUBLE-STRUCK",
    "script": "SCRIPT",
    "bold-script": "BOLD SCRIPT",
    "fraktur": "FRAKTUR",
    "bold-fraktur": "BOLD FRAKTUR",
    "sans-serif": "SANS-SERIF",
    "bold-sans-serif": "SANS-SERIF BOLD",
    "sans-serif-italic": "SANS-SERIF ITALIC",
    "sans-serif-bold-italic": "SANS-SERIF BOLD ITALIC",
    "monospace": "MONOSPACE",
}
"""How letters are named that browsers no longer make of `mathvariant`: Unicode has each of them."""


class BadFormula(ValueError):
    """A formula that cannot be shown; the text says why and what to do."""


class Exhausted(BadFormula):
    """A formula took more than one formula may: nobody should go on with its like."""


@lru_cache(maxsize=1024)
def typeset(tex: str, *, display: bool) -> str:
    """A `<math>` element. Raises `BadFormula`. A millisecond or two; the first formula of a process 60."""
    if len(tex) > LONGEST_FORMULA:
        raise BadFormula(f"It is over {LONGEST_FORMULA} characters: divide it.")
    answer = json.loads(_ask(tex, display))
    if "wrong" in answer:
        raise BadFormula(f"KaTeX says: {answer['wrong'].rstrip('.')}.")
    root = ElementTree.fromstring(answer["mathml"]).find(f"{MATHML}math")  # noqa: S314  KaTeX's own, without a DTD
    if root is None:
        raise BadFormula("It makes no formula: write TeX between the dollar signs.")
    return _write(root)


def _ask(tex: str, display: bool) -> str:
    from quickjs import JSException  # with the first import a thread begins

    engine = _start_engine(os.getpid())
    try:
        return str(engine(tex, display, run_gc=False))
    except JSException as exhausted:
        _start_engine.cache_clear()
        raise Exhausted("It takes too much time or memory: simplify it.") from exhausted


@cache
def _start_engine(process: int) -> Callable[..., str]:
    """An engine with KaTeX, of this process alone: its thread would not survive a fork."""
    from quickjs import Function

    found = finders.find("build/katex.js")
    if not found:
        raise FileNotFoundError("static/build/katex.js is missing: “npm run build” makes it.")
    function = Function("typeset", Path(found).read_text() + SCRIPT, own_executor=True)
    function.set_memory_limit(MEMORY_BYTES)
    function.set_time_limit(SECONDS)
    engine: Callable[..., str] = function
    return engine


def _write(element: ElementTree.Element, depth: int = 0) -> str:
    name = element.tag.removeprefix(MATHML)
    if name == "semantics":  # what is to be seen, and its TeX
        return _write(element[0], depth)
    if depth > DEEPEST:
        raise BadFormula("Its parts stand too deep inside one another: simplify it.")
    if any(colour in element.attrib for colour in COLOURS):
        raise BadFormula(
            "It has a colour or a command that is not allowed here: colours are the page’s, for its dark side too."
        )
    if name not in ELEMENTS:
        raise BadFormula(
            "It holds something that browsers cannot show (such as a box, a stroke or a link): write it plainly."
        )
    written = "".join(f' {key}="{escape(value)}"' for key, value in element.attrib.items() if key in ATTRIBUTES)
    variant = element.get("mathvariant", "")
    if variant == "normal" and name == "mi":
        written += ' mathvariant="normal"'
    text = (
        "".join(_vary(letter, VARIANTS[variant]) for letter in element.text or "")
        if variant in VARIANTS
        else element.text
    )
    inner = escape(text or "", quote=False) + "".join(_write(child, depth + 1) for child in element)
    if name == "mtable":
        inner = _align(element, depth)
    if element.get("side") in SIDES:
        written += f' class="align-{element.get("side")}"'
    return f"<{name}{written}>{inner}</{name}>"


def _align(table: ElementTree.Element, depth: int) -> str:
    """The rows of a table, each cell with the class of its column: browsers have given up `columnalign`."""
    columns = table.get("columnalign", "center").split()
    rows = []
    for row in table:
        for at, cell in enumerate(row):
            cell.set("side", columns[min(at, len(columns) - 1)])
        rows.append(_write(row, depth + 1))
    return "".join(rows)


def _vary(letter: str, variant: str) -> str:
    """The letter in another style, as a character of its own; itself where there is none."""
    name = unicodedata.name(letter, "").replace("LATIN ", "").replace("GREEK ", "").replace("LETTER ", "")
    for wanted in (f"MATHEMATICAL {variant} {name}", f"{variant} {name}".replace("FRAKTUR", "BLACK-LETTER")):
        try:
            return unicodedata.lookup(wanted)
        except KeyError:
            continue
    return "ℎ" if (variant, name) == ("ITALIC", "SMALL H") else letter
