"""Draws a figure that moves as it stands before anybody moves it: what readers without scripts, and paper, see.

`static/js/chapter/drawing.js` draws the same lines from the same facts.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape

from .expressions import evaluate, list_names
from .plots import SAMPLES, AxisFacts, MarkFacts, PlotFacts

WIDTH, HEIGHT = 480, 324
LEFT, RIGHT, TOP, BOTTOM = 56, 466, 36, 266
FAR = 2000.0
"""Pixels: what lies further out is drawn there, since nobody sees the difference."""
NEAR = 0.2
"""Pixels: a point that lies so near the line between its neighbours is left out. A tenth of the thinnest line's width."""
LARGEST = 1e6

Point = tuple[float, float]


def draw(plot: PlotFacts, key: str, title: str) -> str:
    """The picture as SVG; each line of a mark is a path with the mark's number."""
    values = {slider["name"]: slider["start"] for slider in plot["vary"]}
    moving = set(values)
    marks = "".join(_draw_mark(plot, at, mark, values, moving) for at, mark in enumerate(plot["marks"]))
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" fill="currentColor" role="img"><title>{escape(title)}'
        f'</title><clipPath id="{key}--clip"><rect x="{LEFT}" y="{TOP}" width="{RIGHT - LEFT}" height="{BOTTOM - TOP}"/>'
        f'</clipPath>{_draw_axes(plot)}<g fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round" '
        f'stroke-linejoin="round" clip-path="url(#{key}--clip)">{marks}</g></svg>'
    )


def read_off(plot: PlotFacts) -> list[str]:
    """What the readings say before anybody moves a slider."""
    values = {slider["name"]: slider["start"] for slider in plot["vary"]}
    for mark in plot["marks"]:
        if mark["kind"] == "path":
            values |= list(_follow(plot, mark, values))[-1]
    return [
        write_number(evaluate(reading["value"], values, plot["rows"]), reading["digits"])
        for reading in plot["readings"]
    ]


def write_number(value: float, digits: int) -> str:
    if math.isnan(value):
        return "not a number"
    if abs(value) > LARGEST:
        return "beyond all bounds" if value > 0 else "below all bounds"
    written = f"{value:.{digits}f}"
    return written.lstrip("-") if not float(written) else written.replace("-", "−")


def _draw_mark(plot: PlotFacts, at: int, mark: MarkFacts, values: dict[str, float], moving: set[str]) -> str:
    line, dots = _trace(plot, mark, values)
    colour = "fig-accent" if mark["kind"] == "path" or moving & set(list_names(mark["y"])) else "fig-muted"
    if mark["kind"] == "points":
        line_colour, colour = "fig-muted", "fig-accent-2"
    else:
        line_colour = colour
    width = ' stroke-width="2"' if mark["kind"] != "curve" else ""
    drawn = f'<path class="{line_colour}" data-line="{at}" d="{_join(line)}"{width}/>' if line is not None else ""
    return drawn + (f'<path class="{colour}" data-dots="{at}" d="{_dot(dots)}" stroke-width="9"/>' if dots else "")


def _trace(plot: PlotFacts, mark: MarkFacts, values: dict[str, float]) -> tuple[list[list[Point]] | None, list[Point]]:
    """The stretches of a mark's line, None for no line, and its dots, in pixels."""
    if mark["kind"] == "curve":
        return _split(_list_curve(plot, mark, values)), []
    if mark["kind"] == "path":
        places = [_place(plot, mark, state) for state in _follow(plot, mark, values)]
        return _split(iter(places)), [place for place in places if place]
    rows = [values | row for row in plot["rows"]]
    dots = [place for row in rows if (place := _place(plot, mark, row))]
    if "to" not in mark:
        return None, dots
    ends = [MarkFacts(kind="", x=mark["x"], y=mark[end]) for end in ("y", "to")]
    gaps = [[_place(plot, end, row) for end in ends] for row in rows]
    return [[place for place in gap if place] for gap in gaps if all(gap)], dots


def _list_curve(plot: PlotFacts, mark: MarkFacts, values: dict[str, float]) -> Iterator[Point | None]:
    axis = plot["x"]
    for at in range(SAMPLES):
        x = axis["least"] + (axis["most"] - axis["least"]) * at / (SAMPLES - 1)
        yield _point(plot, x, evaluate(mark["y"], {**values, "x": x}, plot["rows"]))


def _follow(plot: PlotFacts, mark: MarkFacts, values: dict[str, float]) -> Iterator[dict[str, float]]:
    """The states of a path, the one that it starts with first."""
    state = {name: evaluate(tree, values, plot["rows"]) for name, tree in mark["start"].items()}
    yield {**values, **state}
    for _ in range(mark["steps"]):
        before = {**values, **state}
        state = {name: evaluate(tree, before, plot["rows"]) for name, tree in mark["next"].items()}
        yield {**values, **state}


def _place(plot: PlotFacts, mark: MarkFacts, values: dict[str, float]) -> Point | None:
    return _point(plot, evaluate(mark["x"], values, plot["rows"]), evaluate(mark["y"], values, plot["rows"]))


def _point(plot: PlotFacts, x: float, y: float) -> Point | None:
    """Where numbers lie in the picture; None for what is no number."""
    if math.isnan(x) or math.isnan(y):
        return None
    return _scale(x, plot["x"], LEFT, RIGHT), _scale(y, plot["y"], BOTTOM, TOP)


def _scale(value: float, axis: AxisFacts, low: int, high: int) -> float:
    pixels = low + (high - low) * (value - axis["least"]) / (axis["most"] - axis["least"])
    return round(max(-FAR, min(FAR, pixels)), 1)


def _split(places: Iterator[Point | None]) -> list[list[Point]]:
    """Stretches without a gap."""
    stretches: list[list[Point]] = [[]]
    for place in places:
        if place:
            stretches[-1].append(place)
        elif stretches[-1]:
            stretches.append([])
    return [stretch for stretch in stretches if stretch]


def _join(stretches: list[list[Point]]) -> str:
    return "".join("M" + "L".join(f"{x:g} {y:g}" for x, y in _thin(stretch)) for stretch in stretches)


def _thin(stretch: list[Point]) -> list[Point]:
    """The same line through fewer points (Douglas and Peucker)."""
    if len(stretch) < 3:
        return stretch
    (left, from_), (right, to) = stretch[0], stretch[-1]
    length = math.hypot(right - left, to - from_) or 1
    gaps = [abs((right - left) * (y - from_) - (x - left) * (to - from_)) / length for x, y in stretch]
    farthest = max(range(len(stretch)), key=gaps.__getitem__)
    if gaps[farthest] <= NEAR:
        return [stretch[0], stretch[-1]]
    return [*_thin(stretch[: farthest + 1])[:-1], *_thin(stretch[farthest:])]


def _dot(dots: list[Point]) -> str:
    return "".join(f"M{x:g} {y:g}h0" for x, y in dots)


def _draw_axes(plot: PlotFacts) -> str:
    ground = f'<path class="fig-muted" fill="none" stroke="currentColor" d="M{LEFT} {TOP}V{BOTTOM}H{RIGHT}"/>'
    across = "".join(
        f'<text x="{_scale(tick, plot["x"], LEFT, RIGHT):g}">{_write_tick(tick)}</text>'
        for tick in _list_ticks(plot["x"])
    )
    up = "".join(
        f'<text y="{_scale(tick, plot["y"], BOTTOM, TOP) + 5:g}">{_write_tick(tick)}</text>'
        for tick in _list_ticks(plot["y"])
    )
    return (
        f'{ground}<g class="fig-muted" font-size="16"><g text-anchor="middle" transform="translate(0 {BOTTOM + 22})">'
        f'{across}</g><g text-anchor="end" transform="translate({LEFT - 8})">{up}</g></g>'
        f'<g class="fig-label" font-size="17"><text x="{RIGHT}" y="{BOTTOM + 48}" text-anchor="end">{escape(plot["x"]["says"])}</text>'
        f'<text x="{LEFT - 44}" y="{TOP - 16}">{escape(plot["y"]["says"])}</text></g>'
    )


def _list_ticks(axis: AxisFacts) -> list[float]:
    """Some round numbers on the axis, 4 to 8."""
    span = axis["most"] - axis["least"]
    size: float = 10.0 ** math.floor(math.log10(span))
    step = next(size * part for part in (0.1, 0.2, 0.5, 1.0, 2.0) if span / (size * part) <= 8)
    first, last = math.ceil(axis["least"] / step - 1e-9), math.floor(axis["most"] / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def _write_tick(tick: float) -> str:
    return f"{tick:.6g}".replace("-", "−") if abs(tick) > 1e-12 else "0"
