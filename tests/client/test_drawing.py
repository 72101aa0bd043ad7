"""Curves in characters, and the panel below a run's output."""

from __future__ import annotations

import io
import math
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindling.client import words
from kindling.client.chart import draw
from kindling.client.course import MAX_POINTS, Course, Curve
from kindling.client.frames import Frame
from kindling.client.screen import Screen

VALUES = st.floats(allow_nan=True, allow_infinity=True)
POINTS = st.lists(st.tuples(st.integers(0, 10**9), VALUES), max_size=60)
DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
TYPES = [
    "state",
    "queue",
    "progress",
    "metric",
    "notice",
    "diagnosis",
    "verdict",
    "inspection",
    "figure",
    "gap",
    "stdout",
]


@given(points=POINTS, width=st.integers(-1, 120), height=st.integers(-1, 12), braille=st.booleans())
def test_any_curve_fits_its_frame(points: list[tuple[int, float]], width: int, height: int, braille: bool) -> None:
    chart = draw(points, width=width, height=height, braille=braille)
    finite = [value for _, value in points if math.isfinite(value)]
    assert (chart is None) == (len(finite) < 2 or width < 1 or height < 1)
    if chart is not None:
        assert [len(row) for row in chart.rows] == [width] * height
        assert (chart.top, chart.bottom) == (max(finite), min(finite))
        assert "".join(chart.rows).strip()


def test_a_falling_curve_falls() -> None:
    chart = draw([(step, 10.0 - step) for step in range(10)], width=10, height=10, braille=False)
    assert chart is not None
    assert [row.find("*") for row in chart.rows] == list(range(10))


def test_what_falls_far_is_drawn_on_a_logarithmic_axis() -> None:
    chart = draw([(step, 10.0**-step) for step in range(5)], width=5, height=5, braille=False)
    assert chart is not None
    assert (chart.is_logarithmic, [row.find("*") for row in chart.rows]) == (True, list(range(5)))


def test_braille_has_two_by_four_dots_a_character() -> None:
    chart = draw([(0, 0.0), (1, 1.0)], width=1, height=1, braille=True)
    assert chart is not None
    assert chart.rows == ["⡈"]


@given(count=st.integers(0, 5 * MAX_POINTS))
def test_a_long_curve_keeps_its_ends_and_a_bounded_size(count: int) -> None:
    curve = Curve(name="loss", kind="loss")
    for step in range(0, count, 7):
        curve.add(step, float(step))
    assert len(curve.points) <= MAX_POINTS
    if curve.newest:
        assert (curve.points[0][0], curve.newest[0]) == (0, (count - 1) // 7 * 7)
        assert curve.points == sorted(curve.points)


NAMES = """
name points step state checks modules tensors shape total rate left_s epoch epochs ahead estimate_s text kind error
""".split()  # noqa: SIM905 - read as a text


@pytest.mark.parametrize("type_", TYPES)
@given(data=st.dictionaries(st.sampled_from(NAMES), DATA))
def test_nothing_that_a_run_claims_stops_the_watching(type_: str, data: dict[str, Any]) -> None:
    course = Course()
    frame = Frame("1-1", type_, data)
    course.take(frame)
    text = words.describe_remark(frame) + words.describe_state(course) + words.describe_progress(course)
    assert isinstance(text, str)
    screen = Screen(course, colour=False, terminal=io.StringIO())
    screen.refresh()


@given(st.text())
def test_no_text_takes_over_the_terminal(text: str) -> None:
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", words.make_safe(text))


def test_colours_vanish_and_what_else_controls_is_seen() -> None:
    assert words.make_safe("\x1b[31mred\x1b[0m \x07\x1b]0;title\x07") == "red \ufffd\ufffd]0;title\ufffd"


@given(text=st.text(), room=st.integers(1, 40))
def test_a_line_is_no_wider_than_its_room(text: str, room: int) -> None:
    assert words.measure(words.fit(text, room)) <= room


def test_wide_characters_count_twice() -> None:
    assert words.fit("学習学習", 5) == "学習"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"ahead": 0, "estimate_s": None}, "queued: next"),
        ({"ahead": 1, "estimate_s": 12.4}, "queued: 1 run first, about 12 s"),
        ({"ahead": 3, "estimate_s": 600}, "queued: 3 runs first, about 10 min"),
        ({"ahead": "x"}, "queued"),
    ],
)
def test_a_place_in_the_queue_is_told(data: dict[str, Any], said: str) -> None:
    course = Course()
    course.take(Frame("", "queue", data))
    assert words.describe_state(course) == said


def test_how_far_it_is_is_told_as_far_as_it_is_known() -> None:
    course = Course()
    course.take(Frame("1-1", "state", {"state": "running"}))
    course.take(
        Frame("1-2", "progress", {"step": 120, "total": 500, "rate": 340.2, "epoch": 2, "epochs": 3, "left_s": 1.1})
    )
    assert words.describe_progress(course) == "step 120/500 · epoch 2/3 · 340/s · 1 s left"
    course.take(Frame("1-3", "progress", {"step": 121}))
    assert words.describe_progress(course) == "step 121"


@pytest.mark.parametrize(
    ("value", "said"), [("NaN", "NaN"), ("Infinity", "∞"), ("-Infinity", "-∞"), (0.03125, "0.03125")]
)
def test_numbers_that_json_does_not_know_are_shown(value: object, said: str) -> None:
    course = Course()
    course.take(Frame("1-1", "metric", {"name": "loss", "kind": "loss", "points": [[0, value]]}))
    assert course.main_curve is not None
    assert words.describe_curve(course.main_curve) == f"loss {said}"


class Terminal(io.StringIO):
    """Keeps what is on the screen: enough of a terminal to see what our panel leaves there."""

    encoding = "utf-8"

    def list_lines(self) -> list[str]:
        lines: list[str] = [""]
        row = 0
        for part in re.findall(r"\x1b\[\?2026[hl]|\x1b\[\d*[A-Za-z]|\r|\n|[^\x1b\r\n]+", self.getvalue()):
            if part == "\n":
                row += 1
                lines += [""] * (row + 1 - len(lines))
            elif part.endswith("A") and part.startswith("\x1b"):
                row -= int(part[2:-1])
            elif part == "\x1b[0J":
                lines[row:] = [""]
            elif not part.startswith(("\x1b", "\r")):
                lines[row] += part
        return [line for line in lines if line]


def test_the_panel_is_drawn_in_place(capsys: pytest.CaptureFixture[str]) -> None:
    course, terminal = Course(), Terminal()
    screen = Screen(course, colour=False, terminal=terminal)
    for step in range(20):
        frame = Frame("1-1", "metric", {"name": "loss", "kind": "loss", "points": [[step, 20.0 - step]]})
        course.take(frame)
        screen.show(frame)
        screen._draw()
    screen.show(Frame("1-2", "notice", {"text": "look"}))
    course.take(Frame("1-3", "state", {"state": "succeeded", "message": ""}))
    screen.close()
    lines = terminal.list_lines()
    assert [line for line in lines if "succeeded" in line] == ["succeeded"]
    assert sum("loss" in line for line in lines) == 1
    assert len([line for line in lines if re.search(r"[\u2800-\u28ff]", line)]) == 6
    assert lines[0] == "· look"


def test_a_line_without_its_end_waits_in_the_panel(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal()
    screen = Screen(Course(), colour=False, terminal=terminal)
    for text in ["a", "b\nhalf", "\rwhole", "\n50%\r100%"]:
        screen.show(Frame("1-1", "stdout", {"text": text}))
    screen._draw()
    assert capsys.readouterr().out == "ab\nwhole\n"
    assert "100%" in terminal.list_lines()
    screen.close()
    assert capsys.readouterr().out == "100%\n"
