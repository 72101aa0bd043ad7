"""What chapter 1 says of its project beyond what its listings print is what torch gives.

Each test builds the sentence from what it measured and looks for it in the chapter. What is measured is the chapter's
own project, changed as the chapter tells its reader to change it. All other numbers are claims, which the dialect holds
against the output of a listing, and `test_listings` runs that.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest

from .chapters import COURSE, read_chapter

Measure = Callable[..., list[Any]]  # numbers, but for the one test whose answer JSON has no number for

FOLDER = COURSE / "01-introduction"
PROJECT = read_chapter(FOLDER).projects["first-prediction"]["code"]
PROSE = re.sub(r"\[([^\]]*)\]\(out:[^)]*\)", r"\1", " ".join(read_chapter(FOLDER).source.split()))

# Answers each line of its input, a JSON list of programs, with the JSON list of what `answer` is in each. Every program
# has names of its own, but they share the process, because importing torch takes longer than all of them.
BENCH = """
import contextlib, io, json, sys
for line in sys.stdin:
    answers = []
    for code in json.loads(line):
        names = {}
        with contextlib.redirect_stdout(io.StringIO()):
            exec(code, names)
        answers.append(names["answer"])
    print(json.dumps(answers), flush=True)
"""


def project(*changes: tuple[str, str], answer: str = "prediction") -> str:
    """The project with `changes` made in its code, each of which must fit at exactly one place."""
    code = PROJECT
    for old, new in changes:
        assert code.count(old) == 1, old
        code = code.replace(old, new)
    return f"{code}\nanswer = {answer}\n"


def rate(value: float) -> tuple[str, str]:
    return "lr=0.01", f"lr={value}"


@pytest.fixture(scope="module")
def measure() -> Iterator[Measure]:
    """Runs programs and returns the `answer` of each."""
    command = [sys.executable, "-I", "-c", BENCH]
    with subprocess.Popen(command, env={}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as bench:
        lines, answers = bench.stdin, bench.stdout
        assert lines
        assert answers

        def ask(*codes: str) -> list[Any]:
            print(json.dumps(codes), file=lines, flush=True)
            return list(json.loads(answers.readline()))

        yield ask
        lines.close()


@pytest.mark.parametrize("threads", [1, 2])
def test_the_prediction_for_five_is_what_torch_gives(measure: Measure, threads: int) -> None:
    start = ("torch.manual_seed(0)", f"torch.set_num_threads({threads}); torch.manual_seed(0)")

    (prediction,) = measure(project(start))

    assert f"The program prints **{prediction:.2f}**, not 50." in PROSE
    assert f"The mini project predicts {prediction:.2f} rather than 50." in PROSE
    assert f"It said {prediction:.2f} rather than 50" in PROSE
    assert f"I get another number than {prediction:.2f}." in PROSE


def test_the_question_before_the_run_has_a_true_and_surprising_answer(measure: Measure) -> None:
    kept = ("loss.backward()", "globals().setdefault('losses', []).append(loss.item()); loss.backward()")
    (losses,) = measure(project(kept, answer="losses"))
    question: Any = read_chapter(FOLDER).projects["first-prediction"]["question"]

    reached = next(epoch for epoch, loss in enumerate(losses, 1) if loss < question["answer"]["bound"])

    assert f"The loss begins at about {losses[0]:.0f}." in question["ask"]
    assert f"of the {len(losses)} epochs" in question["ask"]
    assert reached == 14
    # “each takes away almost a third of the loss”: to within a twentieth, as long as the steep side lasts
    assert all(0.28 < 1 - after / before < 1 / 3 for before, after in pairwise(losses[:10]))


def test_a_loss_that_grows_ends_as_the_chapter_says(measure: Measure) -> None:
    kept = ("loss.backward()", "globals().setdefault('losses', []).append(loss.item()); loss.backward()")
    (losses,) = measure(project(kept, rate(0.15), answer="[str(loss) for loss in losses]"))

    assert losses.index("inf") < losses.index("nan")
    growing = [float(loss) for loss in losses[: losses.index("inf")]]
    assert growing == sorted(growing)


def test_the_goal_is_met_with_room_to_spare(measure: Measure) -> None:
    (loss,) = measure(project(answer="loss.item()"))

    assert read_chapter(FOLDER).projects["first-prediction"]["goal"] == "loss<1"
    assert loss < 0.2
