"""The one checker, for whoever wants to know what is wrong with a text and not what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping

from .advice import advise
from .compiling import compile_chapter
from .problems import BadChapter, Problem, locate_problems, sort_problems


def check(source: str, figures: Mapping[str, str], address: str) -> list[Problem]:
    """Everything that keeps the text from being published, and what would make it better, in the order of its lines.

    Arguments are those of `compile_chapter`, and so is the cost. What only the database knows (other chapters, what an id
    named before) is checked at publishing.
    """
    try:
        compiled = compile_chapter(source, figures=figures, address=address)
    except BadChapter as bad:
        return locate_problems(bad.problems, source)
    return locate_problems(sort_problems(advise(compiled)), source)
