"""From a directive as it was written to the node it means, with everything that is wrong with it."""

from __future__ import annotations

import re

from .bodies import check_filled, join, split_fences, split_hints, split_parts, take_fence, take_title
from .nodes import Callout, Card, Directive, Figure, Listing, Next, Objectives, Panel, Passage, Slider, Tabs, Term
from .plots import read_plot
from .problems import Problems
from .structure import SLUG

FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}\.(?:svg|png|jpe?g|webp|gif)")
CALLOUTS = ("note", "tip", "warning", "key")
MATCHES = ("exact", "close")
MOST_FORMS = 8
MOST_PANELS = 6
LONGEST_FORM = 60


def read_objectives(directive: Directive, problems: Problems) -> Objectives:
    if not re.search(r"^[-*] +\S", directive.body.text, re.MULTILINE):
        problems.add(directive.line, "Objectives are a list: begin each with “- ”.")
    return Objectives(directive.line, directive.key, directive.body)


def read_listing(directive: Directive, problems: Problems) -> Listing:
    """A listing, or evidence: a listing that must say what it prints, and is folded."""
    folded = directive.name == "evidence"
    prose, fences = split_fences(directive.body)
    code = take_fence(directive, fences, "python", problems, required=True)
    output = take_fence(directive, fences, "output", problems, required=folded or "output" in directive.attributes)
    for passage in prose:
        problems.add(passage.line, "A listing holds its fences only: move this text before or after it.")
    match = directive.attributes.get("output", MATCHES[0])
    if match not in MATCHES:
        problems.add(directive.line, f'output="{match}" is unknown: write one of {", ".join(MATCHES)}.')
    return Listing(directive.line, directive.key, take_title(directive), code.code, output.code, match, folded)


def read_card(directive: Directive, problems: Problems) -> Card:
    parts, hints = split_hints(directive.body, problems)
    if len(parts) != 2 or not all(part.text.strip() for part in parts):
        front, back = ("the task", "its solution") if directive.name == "exercise" else ("the question", "its answer")
        problems.add(directive.line, f"Write {front}, then a line ---, then {back}: there are two parts.")
    back_part = parts[1] if len(parts) > 1 else Passage(directive.line, "")
    if hints and (directive.name != "exercise" or hints[-1].line > back_part.line):
        problems.add(
            hints[0].line - 1, "Hints stand between the task of an exercise and its solution: move them there."
        )
    return Card(directive.line, directive.key, directive.name, take_title(directive), parts[0], back_part, hints)


def read_callout(directive: Directive, problems: Problems) -> Callout:
    kind = directive.attributes.get("kind", "")
    if kind and kind not in CALLOUTS:
        problems.add(directive.line, f"There is no callout of kind “{kind}”: write one of {', '.join(CALLOUTS)}.")
    check_filled(directive, problems)
    return Callout(directive.line, directive.key, kind, take_title(directive), directive.body)


def read_figure(directive: Directive, problems: Problems) -> Figure:
    src, alt = directive.attributes.get("src", ""), directive.attributes.get("alt", "").strip()
    if src and not FILE.fullmatch(src):
        problems.add(
            directive.line, f"“{src}” is no file beside the chapter: write a plain name such as circles.svg or cat.png."
        )
    elif src.endswith(".svg") and "alt" in directive.attributes:
        problems.add(directive.line, "A drawing says itself what it shows: put this into its <title>, and delete alt.")
    elif src and not src.endswith(".svg") and not alt:
        problems.add(directive.line, 'Say what the picture shows, for those who cannot see it: write alt="…".')
    check_filled(directive, problems, "its caption")
    return Figure(
        directive.line,
        directive.key,
        src,
        "wide" in directive.attributes,
        directive.body,
        alt,
        directive.attributes.get("out", ""),
    )


def read_slider(directive: Directive, problems: Problems) -> Slider:
    prose, fences = split_fences(directive.body)
    fence = take_fence(directive, fences, "plot", problems, required=True)
    if not prose:
        problems.add(directive.line, "Say below the fence what can be seen when the slider moves: it is the caption.")
    caption = join(prose, Passage(directive.line, ""))
    plot = read_plot(fence, problems) if fence.code.strip() else None
    return Slider(directive.line, directive.key, take_title(directive), plot, caption)


def read_term(directive: Directive, problems: Problems) -> Term:
    also = tuple(form.strip() for form in directive.attributes.get("also", "").split(",") if form.strip())
    if len(also) > MOST_FORMS or any(len(form) > LONGEST_FORM for form in also):
        problems.add(directive.line, f"also holds up to {MOST_FORMS} forms of {LONGEST_FORM} characters: shorten it.")
    check_filled(directive, problems, "its explanation")
    return Term(directive.line, directive.key, take_title(directive), also, directive.body)


def read_tabs(directive: Directive, problems: Problems) -> Tabs:
    (_, before), *parts = split_parts(directive.body)
    if before.text.strip():
        problems.add(before.line, "This stands in no tab: write a line “--- Title” before it.")
    if not 2 <= len(parts) <= MOST_PANELS:
        problems.add(directive.line, f"Tabs are 2 to {MOST_PANELS}: begin each with a line “--- Title”.")
    titles = [title for title, _ in parts]
    for title, part in parts:
        if not title or titles.count(title) > 1:
            problems.add(part.line - 1, "Each tab has a title of its own: write “--- Title”.")
        if not part.text.strip():
            problems.add(part.line - 1, "This tab is empty: write something below its title.")
    panels = tuple(Panel(part.line, title, part) for title, part in parts)
    return Tabs(directive.line, directive.key, panels)


def read_next(directive: Directive, problems: Problems) -> Next:
    if directive.key and not SLUG.fullmatch(directive.key):
        return Next(directive.line, "", directive.body)
    check_filled(directive, problems, "what comes next")
    return Next(directive.line, directive.key, directive.body)
