"""Tracebacks as Python prints them, without a line of ours."""

from __future__ import annotations

import re

from tests.workers.runner.live import Runner


def test_an_error_shows_the_student_s_lines(runner: Runner) -> None:
    told = runner.run("def halve(x):\n    return x / 0\n\nhalve(1)\n")
    assert told.text("stderr") == (
        "Traceback (most recent call last):\n"
        '  File "listing.py", line 4, in <module>\n'
        "    halve(1)\n"
        '  File "listing.py", line 2, in halve\n'
        "    return x / 0\n"
        "           ~~^~~\n"
        "ZeroDivisionError: division by zero\n"
    )


def test_chained_and_grouped_errors_show_no_line_of_ours(runner: Runner) -> None:
    code = """
import torch
def fail():
    torch.ones(2, requires_grad=True).backward()
try:
    fail()
except RuntimeError as error:
    raise ExceptionGroup("both", [ValueError(1), error]) from error
"""
    text = runner.run(code).text("stderr")
    assert "/workers/" not in text
    assert "watched" not in text
    assert re.search(r'File "/opt/packages/\d+/torch/_tensor.py", line \d+, in backward', text)
    assert "grad can be implicitly created only for scalar outputs" in text


def test_the_message_is_the_first_line_of_what_was_raised(runner: Runner) -> None:
    told = runner.run("class Odd(Exception): pass\nraise Odd('one\\ntwo')")
    assert told.message == "Odd: one"


def test_an_error_that_cannot_be_shown_is_still_a_failure(runner: Runner) -> None:
    told = runner.run("class Odd(Exception):\n    def __str__(self): raise SystemExit(0)\nraise Odd()")
    assert told.outcome == "failed"


def test_an_excepthook_of_the_student_s_is_used(runner: Runner) -> None:
    told = runner.run(
        "import sys\nsys.excepthook = lambda kind, error, trace: print('mine', error)\nraise ValueError(3)"
    )
    assert (told.outcome, told.text()) == ("failed", "mine 3\n")
    assert told.message == "ValueError: 3"


def test_the_source_can_be_asked_for(runner: Runner) -> None:
    code = "import inspect\ndef f():\n    return 1\nprint(inspect.getsource(f), end='')"
    assert runner.run(code).text() == "def f():\n    return 1\n"
