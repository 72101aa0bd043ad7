"""An example of everything that can be written, rendered by the dialect itself for the help."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from django.utils.safestring import SafeString

from .nodes import Directive, Node, Passage, Section
from .problems import Problems
from .rendering import Renderer
from .shapes import read_directive
from .structure import read_sections
from .targets import find_targets
from .vocabulary import DirectiveWords, RoleWords, vocabulary

DRAWING = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 100"><title>A circle within a circle</title>
<g fill="none" stroke="currentColor" stroke-width="2"><circle cx="100" cy="50" r="48"/><circle cx="110" cy="55" r="28"/></g></svg>
"""


class Example(NamedTuple):
    """What is written, the words for it, and what a reader sees."""

    words: DirectiveWords | RoleWords
    html: SafeString


@cache
def show_directives() -> list[Example]:
    """One of each directive, in the order of the vocabulary. A tenth of a second, once a process."""
    renderer = _make_renderer()
    return [
        Example(words, renderer.block(node))
        for words, node in zip(vocabulary()["directives"], _read_nodes(), strict=True)
    ]


@cache
def show_roles() -> list[Example]:
    """One of everything that can stand in a line of text."""
    renderer = _make_renderer()
    return [Example(words, renderer.block(Passage(1, words["example"]))) for words in vocabulary()["roles"]]


def _make_renderer() -> Renderer:
    section = Section(1, "examples", "Examples", "topic", tuple(_read_nodes()))
    return Renderer("course/chapter", {"circles.svg": DRAWING}, find_targets([section]), Problems())


@cache
def _read_nodes() -> list[Node]:
    text = "\n\n".join(["## Examples {#examples}", *(words["example"] for words in vocabulary()["directives"])])
    problems = Problems()
    [section] = read_sections(list(enumerate(text.split("\n"), start=1)), problems)
    nodes = [read_directive(block, problems) for block in section.blocks if isinstance(block, Directive)]
    return [node for node in nodes if node]
