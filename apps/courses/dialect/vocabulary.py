"""Everything that can be written, described for those who write: an editor's completion and the help are made of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypedDict

from .bodies import FENCES
from .front_matter import KEYS, LEVELS, OPTIONAL
from .listings import LANGUAGES
from .rules import FIXED
from .shapes import SHAPES, Shape

MARK = re.compile(r"\$\{([^}]*)\}")


class AttributeWords(TypedDict):
    """`values` is empty where any text will do."""

    name: str
    required: bool
    values: list[str]


class DirectiveWords(TypedDict):
    """`snippet` marks with `${…}` where the writer goes on; `example` is the same without marks."""

    name: str
    says: str
    attributes: list[AttributeWords]
    flags: list[str]
    fences: list[str]
    snippet: str
    example: str


class RoleWords(TypedDict):
    """Something within a line of text."""

    name: str
    says: str
    snippet: str
    example: str


class Vocabulary(TypedDict):
    """`sections` stand in their order, with topics of the author's own after the second. `front` says which keys must be."""

    directives: list[DirectiveWords]
    roles: list[RoleWords]
    languages: list[str]
    levels: list[str]
    sections: list[str]
    front: dict[str, bool]


ROLES: Mapping[str, tuple[str, str]] = {
    "reference": (
        "Names something of this chapter by its number: “figure 2”, “section 3”, “listing 4”, “exercise 1”.",
        "[](#${adding-up})",
    ),
    "chapter": (
        "Leads to another chapter of the course, or to something in it.",
        "[${tensors}](../${tensors}/#${views})",
    ),
    "term": (
        "A word that the glossary explains; one of another chapter is written term:chapter/id.",
        "[${gradients}](term:${gradient})",
    ),
    "lines": (
        "Lights up lines of a listing: numbers such as 2-3,5, or words of the code, in which case every line that holds "
        "them is meant however the code changes.",
        "[${the sum}](<lines:${adding-up}:${print}>)",
    ),
    "claim": (
        "A number that the named code prints. It cannot be published when it does not.",
        "[${2}](out:${adding-up})",
    ),
    "formula": (
        "TeX between dollar signs; between two of them on lines of their own it is set apart. A dollar that begins no "
        "formula is written \\$.",
        "$\\frac{1}{n} \\sum_i (w x_i - y_i)^2$",
    ),
}


def vocabulary() -> Vocabulary:
    """All of it, as it can be sent in JSON. The same at every call."""
    return Vocabulary(
        directives=[_describe(name, shape) for name, shape in SHAPES.items()],
        roles=[
            RoleWords(name=name, says=says, snippet=snippet, example=strip_marks(snippet))
            for name, (says, snippet) in ROLES.items()
        ],
        languages=[name for name in LANGUAGES if name],
        levels=list(LEVELS),
        sections=list(FIXED),
        front=dict.fromkeys(KEYS, True) | dict.fromkeys(OPTIONAL, False),
    )


def strip_marks(snippet: str) -> str:
    return MARK.sub(r"\1", snippet)


def _describe(name: str, shape: Shape) -> DirectiveWords:
    return DirectiveWords(
        name=name,
        says=shape.says,
        attributes=[
            AttributeWords(name=each, required=each in shape.required, values=list(shape.values.get(each, ())))
            for each in (*shape.required, *shape.optional)
        ],
        flags=list(shape.flags),
        fences=list(FENCES.get(name, ())),
        snippet=shape.snippet,
        example=strip_marks(shape.snippet),
    )
