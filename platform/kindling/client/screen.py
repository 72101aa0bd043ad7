"""What a person sees while a run goes on: its output, and below it a panel that is drawn anew in place."""

from __future__ import annotations

import os
import sys
import time
from typing import TextIO

from kindling.client import chart, words
from kindling.client.course import Course
from kindling.client.frames import Frame

FRAME_S = 0.1
"""Between two drawings: quick enough for the eye, and a slow line keeps up."""

CHART_ROWS = 6
MAX_WIDTH = 100
LABEL = 10
CLEAR_BELOW = "\x1b[0J"
BEGIN, END = "\x1b[?2026h", "\x1b[?2026l"
"""Terminals that know these show a drawing when it is whole; the others pass them over."""

EMBER, SOFT, PLAIN = "\x1b[38;5;208m", "\x1b[2m", "\x1b[0m"


class Screen:
    """For a terminal. Output scrolls by; of a line that is not finished, the end waits in the panel."""

    def __init__(self, course: Course, *, colour: bool, terminal: TextIO = sys.stderr) -> None:
        self._course = course
        self._colour = colour
        self._terminal = terminal
        self._braille = (terminal.encoding or "").lower().replace("-", "").startswith("utf")
        self._drawn: list[int] = []
        self._rest = {"stdout": "", "stderr": ""}
        self._dirty, self._last = True, 0.0

    def show(self, frame: Frame) -> None:
        if frame.type in self._rest:
            self._print(frame.type, str(frame.data.get("text", "")))
        elif remark := words.describe_remark(frame):
            self.remark(remark)
        self._dirty = True

    def remark(self, text: str) -> None:
        """A line of ours between those of the run."""
        self._erase()
        self._terminal.write(self._paint(f"· {words.make_safe(text)}", SOFT) + "\n")
        self._terminal.flush()
        self._last = 0.0

    def refresh(self) -> None:
        """Draws the panel when something has changed and the last drawing is some time ago."""
        if self._dirty and time.monotonic() - self._last >= FRAME_S:
            self._draw()

    def close(self) -> None:
        """Leaves the curve and how it ended on the screen."""
        for name in self._rest:
            if self._rest[name]:
                self._print(name, "\n")
        self._draw()
        self._drawn = []

    def _print(self, name: str, text: str) -> None:
        whole, line_break, rest = (self._rest[name] + text.replace("\r\n", "\n")).rpartition("\n")
        self._rest[name] = rest.rpartition("\r")[2]  # a bar that is drawn over itself: its latest form counts
        if line_break:
            self._erase()
            out = sys.stdout if name == "stdout" else sys.stderr
            lines = [line.rpartition("\r")[2] for line in whole.split("\n")]
            out.write("".join(_make_printable(line, out) + "\n" for line in lines))
            out.flush()
            self._last = 0.0

    def _draw(self) -> None:
        width = self._measure()
        lines = self._compose(width)
        body = "".join(self._paint(text, style) + "\n" for text, style in lines)
        self._terminal.write(f"{BEGIN}{self._go_up(width)}{body}{END}")
        self._terminal.flush()
        self._drawn = [words.measure(text) for text, _ in lines]
        self._dirty, self._last = False, time.monotonic()

    def _erase(self) -> None:
        self._terminal.write(self._go_up(self._measure()))
        self._terminal.flush()
        self._drawn = []
        self._dirty = True

    def _go_up(self, width: int) -> str:
        """To the panel's first line, and clear. A window that became narrower has broken its lines."""
        rows = sum(max(1, -(-length // width)) for length in self._drawn)
        return (f"\x1b[{rows}A" if rows else "") + f"\r{CLEAR_BELOW}"

    def _compose(self, width: int) -> list[tuple[str, str]]:
        """The panel's lines and how each is painted; none is as long as the window is wide."""
        course, room = self._course, min(width, MAX_WIDTH) - 1
        lines = [(rest, "") for rest in self._rest.values() if rest]
        curve = course.main_curve
        if curve is not None:
            drawn = chart.draw(curve.points, width=room - LABEL, height=CHART_ROWS, braille=self._braille)
            if drawn is not None:
                lines += [(row, EMBER) for row in _label(drawn)]
        facts = [words.describe_curve(each) for each in list(course.curves.values())[:4]]
        parts = [part for part in (words.describe_progress(course), *facts) if part]
        if parts:
            lines.append((" · ".join(parts), ""))
        lines.append((words.describe_state(course), SOFT))
        return [(words.fit(text, room), style) for text, style in lines]

    def _measure(self) -> int:
        try:
            # A terminal that does not know its width says 0.
            return max(os.get_terminal_size(self._terminal.fileno()).columns or 80, LABEL + 2)
        except (OSError, ValueError):
            return 80

    def _paint(self, text: str, style: str) -> str:
        return f"{style}{text}{PLAIN}" if self._colour and style else text


class Lines:
    """For pipes and logs: output as it is, and a line when something is worth one."""

    PAUSE_S = 10.0

    def __init__(self, course: Course) -> None:
        self._course = course
        self._said = ""
        self._last = time.monotonic()

    def show(self, frame: Frame) -> None:
        if frame.type in ("stdout", "stderr"):
            out = sys.stdout if frame.type == "stdout" else sys.stderr
            out.write(_make_printable(str(frame.data.get("text", "")), out))
            out.flush()
        elif remark := words.describe_remark(frame):
            self.remark(remark)
        elif frame.type in ("state", "queue"):
            self._say(words.describe_state(self._course))

    def remark(self, text: str) -> None:
        print("\n".join(f"kindling: {line}" for line in words.make_safe(text).split("\n")), file=sys.stderr)

    def refresh(self) -> None:
        """How far it is, now and then."""
        if self._course.curves and time.monotonic() - self._last >= self.PAUSE_S:
            self._tell_figures()

    def close(self) -> None:
        if self._course.curves:
            self._tell_figures()

    def _tell_figures(self) -> None:
        self._last = time.monotonic()
        facts = [words.describe_curve(curve) for curve in self._course.curves.values()]
        self._say(" · ".join(part for part in (words.describe_progress(self._course), *facts) if part))

    def _say(self, text: str) -> None:
        if text != self._said:
            self._said = text
            self.remark(text)


def _label(drawn: chart.Chart) -> list[str]:
    """The rows with the values of both edges to their left."""
    labels = [""] * len(drawn.rows)
    labels[0], labels[-1] = words.describe_number(drawn.top), words.describe_number(drawn.bottom)
    if drawn.is_logarithmic and len(labels) > 2:
        labels[1] = "log"
    return [f"{label:>{LABEL - 1}} {row}" for label, row in zip(labels, drawn.rows, strict=True)]


def _make_printable(text: str, out: TextIO) -> str:
    """For a terminal, harmless; for a pipe, as it is, but in the pipe's characters."""
    safe = words.make_safe(text) if out.isatty() else text
    encoding = out.encoding or "utf-8"
    return safe.encode(encoding, "replace").decode(encoding)
