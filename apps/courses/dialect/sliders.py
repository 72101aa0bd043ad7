"""A figure that moves, as it stands in the page: the picture, its sliders and what it reads."""

from __future__ import annotations

import json
from html import escape

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from .drawing import draw, read_off, write_number
from .plots import PlotFacts


def show_plot(plot: PlotFacts, key: str, title: str) -> SafeString:
    """The figure at its start; a script reads the facts, shows the sliders and moves it."""
    return format_html(
        "<kindling-plot data-plot='{}'>{}{}{}</kindling-plot>",
        _write_facts(plot),
        mark_safe(draw(plot, key, title)),  # noqa: S308  numbers, and words that are escaped
        _sliders(plot),
        _readings(plot),
    )


def _sliders(plot: PlotFacts) -> SafeString:
    """Hidden until there is a script that listens to them."""
    row = '<label>{} <input type="range" name="{}" min="{}" max="{}" step="{}" value="{}"> <span aria-hidden="true">{}</span></label>'
    rows = (
        (
            slider["says"],
            slider["name"],
            *(f"{slider[field]:g}" for field in ("min", "max", "step", "start")),
            write_number(slider["start"], slider["digits"]),
        )
        for slider in plot["vary"]
    )
    return format_html('<div class="sliders" hidden>{}</div>', format_html_join("", row, rows))


def _readings(plot: PlotFacts) -> SafeString:
    read = zip(plot["readings"], read_off(plot), strict=True)
    rows = format_html_join("", "<div><dt>{}</dt><dd>{}</dd></div>", ((each["says"], said) for each, said in read))
    return format_html('<dl class="readings">{}</dl>', rows) if rows else SafeString()


def _write_facts(facts: PlotFacts) -> SafeString:
    """JSON for an attribute in single quotes, in which its own need not be written as entities."""
    written = json.dumps(_trim(facts), separators=(",", ":"), ensure_ascii=False)
    return mark_safe(escape(written, quote=False).replace("'", "&#x27;"))  # noqa: S308  escaped here


def _trim(value: object) -> object:
    """The same facts, whole numbers without a fraction."""
    if isinstance(value, dict):
        return {name: _trim(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_trim(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
