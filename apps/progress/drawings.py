"""A chapter's drawings in a file of their own: browsers keep it, and the page, which they fetch anew, is the lighter for it.

What is left in the page says what the drawing shows, and shows it in the page's colours and letters, which drawings inherit.
"""

from __future__ import annotations

import re
from typing import NamedTuple

COLOURS = {
    "fig-label": "ink",
    "fig-muted": "ink-soft",
    "fig-accent": "ember",
    "fig-accent-2": "lake",
    "fig-surface": "paper-sunk",
}
"""What `figure.css` does in the page: no rule of it reaches into another file, but its properties do."""

FIGURE = re.compile(
    r'(?P<opening><figure class="figure(?: wide)?" id="(?P<key>[\w-]+)"><svg [^>]*>'
    r"<title[^>]*>[^<]*</title>(?:<desc[^>]*>[^<]*</desc>)?)(?P<drawn>.*?)</svg>",
    re.DOTALL,
)
BOUND = re.compile(r""" (?:id|href|color)="|url\(""")
"""Parts that refer to each other, or have a colour besides that of their class, stay where they are."""
CLASS = re.compile(r' class="([\w-]+)"')


class Divided(NamedTuple):
    html: str
    drawings: str
    """An SVG file, "" where all drawings stayed in the page."""


def take_out(html: str, address: str) -> Divided:
    """Puts what the figures draw into a file that will be found at `address`, each under its figure's key."""
    drawn: dict[str, str] = {}

    def leave(figure: re.Match[str]) -> str:
        if BOUND.search(figure["drawn"]):
            return figure[0]
        drawn[figure["key"]] = CLASS.sub(_colour, figure["drawn"])
        return f'{figure["opening"]}<use href="{address}#{figure["key"]}"/></svg>'

    left = FIGURE.sub(leave, html)
    groups = "".join(f'<g id="{key}">{inner}</g>' for key, inner in drawn.items())
    return Divided(left, f'<svg xmlns="http://www.w3.org/2000/svg">{groups}</svg>' if drawn else "")


def _colour(found: re.Match[str]) -> str:
    name = COLOURS.get(found[1])
    return f' color="var(--{name})"' if name else ""
