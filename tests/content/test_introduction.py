"""The numbers that chapter 1 states in its prose are the ones that torch gives.

Each test builds the sentence from what it measured and looks for it in the chapter. What is measured is the chapter's
own project, changed as the chapter tells its reader to change it.
"""

from __future__ import annotations

import json
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
PROSE = " ".join(read_chapter(FOLDER).source.split())

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

SEEDS_0_TO_199 = """
import torch
starts = []
for seed in range(200):
    torch.manual_seed(seed)
    model = torch.nn.Linear(1, 1)
    starts.append([model.weight.item(), model.bias.item()])
lines = torch.tensor(starts, requires_grad=True)
x = torch.tensor([1.0, 2.0, 3.0, 4.0])
optimizer = torch.optim.SGD([lines], lr=0.01)
for _ in range(500):
    (lines[:, :1] * x + lines[:, 1:] - 10 * x).pow(2).mean(dim=1).sum().backward()
    optimizer.step()
    optimizer.zero_grad()
predictions = lines[:, 0] * 5 + lines[:, 1]
answer = (predictions.min().item(), predictions.max().item())
"""


def project(*changes: tuple[str, str], answer: str = "prediction") -> str:
    """The project with `changes` made in its code, each of which must fit at exactly one place."""
    code = PROJECT
    for old, new in changes:
        assert code.count(old) == 1, old
        code = code.replace(old, new)
    return f"{code}\nanswer = {answer}\n"


def epochs(count: int) -> tuple[str, str]:
    return "range(500)", f"range({count})"


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


def test_what_was_learnt_explains_what_is_missing(measure: Measure) -> None:
    weight, bias, worst = measure(
        project(answer="model.weight.item()"),
        project(answer="model.bias.item()"),
        project(answer="(model(inputs) - outputs).abs().max().item()"),
    )

    assert f"a weight of {weight:.2f} and a bias of {bias:.2f}" in PROSE
    assert worst == pytest.approx(0.5, abs=0.05)  # “off by about half a unit at most”
    assert f"the missing {50 - (5 * weight + bias):.2f}" in PROSE


def test_the_valley_is_as_narrow_as_the_chapter_says(measure: Measure) -> None:
    hessian = (
        "torch.autograd.functional.hessian(lambda p: (p[0] * inputs + p[1] - outputs).pow(2).mean(), torch.zeros(2))"
    )

    along, across = measure(
        project(answer=f"torch.linalg.eigvalsh({hessian})[0].item()"),
        project(answer=f"torch.linalg.eigvalsh({hessian})[1].item()"),
    )

    assert f"curves {across / along:.0f} times as strongly" in PROSE
    assert f"The curvatures, {across:.2f} and {along:.2f}," in PROSE
    assert f"removes {across:.0f}% of the error across the valley but only {along:.1f}% of the error along it" in PROSE
    assert f"Of the second, {(1 - 0.01 * along) ** 500:.0%} is left" in PROSE
    assert f"2 / {across:.2f} ≈ {2 / across:.4f}" in PROSE


def test_other_seeds_give_what_was_measured(measure: Measure) -> None:
    seeds = [project(("manual_seed(0)", f"manual_seed({seed})")) for seed in range(5)]

    first, *others, last = (f"{prediction:.2f}" for prediction in measure(*seeds))

    assert f"With the seeds 0 to 4 we measured {first}, {', '.join(others)} and {last}." in PROSE


def test_two_hundred_seeds_stay_within_the_bounds(measure: Measure) -> None:
    ((lowest, highest),) = measure(SEEDS_0_TO_199)

    assert f"predictions between {lowest:.2f} and {highest:.2f}" in PROSE


def test_the_gap_closes_when_the_exercise_says(measure: Measure) -> None:
    too_few, enough, quick, slower = measure(
        project(epochs(1301)), project(epochs(1302)), project(rate(0.03)), project(rate(0.025))
    )

    assert 50 - enough < 0.05 < 50 - too_few
    assert "(a) 1,302 epochs, so 802 more." in PROSE
    assert f"With 0.03 the model says {quick:.2f}. With 0.025 it says {slower:.2f}" in PROSE


def test_training_breaks_where_the_exercise_says(measure: Measure) -> None:
    holds, broken, overflown = measure(
        project(rate(0.11)), project(rate(0.12)), project(rate(0.15), answer="str(prediction)")
    )

    assert f"With 0.11 it still says {holds:.2f}." in PROSE
    assert f"With 0.12 it says about −{-broken:.0f}" in PROSE
    assert overflown == "nan"


def test_without_zero_grad_the_loss_swings_for_ever(measure: Measure) -> None:
    forgotten = ("optimizer.zero_grad()", "globals().setdefault('losses', []).append(loss.item())")

    prediction, lowest, highest = measure(
        project(forgotten),
        project(forgotten, answer="min(losses)"),
        project(forgotten, answer="max(losses)"),
    )

    assert f"swings between about {lowest:.0f} and {highest:.0f}," in PROSE
    assert f"After 500 epochs the model says {prediction:.2f}." in PROSE
