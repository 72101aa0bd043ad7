"""Checks: a program is asked in a second cell, and what was expected never comes near it."""

from __future__ import annotations

import json
import math
import os
import signal
import time
from typing import Any

import pytest

from tests.workers.runner.forgeries import FORGERIES, HINT, KNOWING, SEARCH, SECRET, TRAINED, make_check
from tests.workers.runner.live import Runner, Told
from workers.protocol import MAX_CHECKS, MAX_EVENT_BYTES, Check, Exit, Question, State
from workers.runner.claims import Claim
from workers.runner.grading import Answer, Questioning, verdict
from workers.shapes import rebuild

FINISHED = Exit(outcome=State.SUCCEEDED, message="Finished.", exit_code=0, cpu_s=1, wall_s=1, peak_mb=1, last_seq=1)


def _grade(runner: Runner, code: str, *checks: Check, **limits: Any) -> Told:
    return runner.start(code, checks=list(checks), **limits).rest()


def _messages(told: Told) -> list[str]:
    assert told.exit is not None
    return [one.message for one in told.exit.checks or []]


def test_a_right_answer_passes_and_is_told_once(runner: Runner) -> None:
    told = _grade(runner, TRAINED, make_check())
    assert told.outcome == "succeeded"
    assert told.data("verdict") == [
        {"passed": True, "checks": [{"name": "model(x)", "passed": True, "message": "For model(x): as expected."}]}
    ]
    assert told.exit is not None
    assert told.exit.last_seq == told.events[-1].seq
    assert [event.seq for event in told.events] == list(range(1, len(told.events) + 1))


def test_a_wrong_answer_fails_with_both_numbers_and_the_hint(runner: Runner) -> None:
    told = _grade(runner, TRAINED, make_check(expect=[[20.0]], hint="Train for more epochs."))
    assert told.outcome == "succeeded"
    assert _messages(told) == ["For model(x): expected about 20, got 50. Train for more epochs."]
    assert told.data("verdict")[0]["passed"] is False


@pytest.mark.parametrize(
    ("call", "expect"),
    [
        ("3", 3.0),
        ("2.5", 2.5),
        ("True", 1.0),
        ("[1, 2, 3]", [1.0, 2.0, 3.0]),
        ("(1.5, 2)", [1.5, 2.0]),
        ("[[1, 2], [3, 4]]", [[1.0, 2.0], [3.0, 4.0]]),
        ("[torch.tensor([1, 2]), torch.tensor([3, 4])]", [[1.0, 2.0], [3.0, 4.0]]),
        ("torch.ones(2, 2, dtype=torch.bfloat16)", [[1.0, 1.0], [1.0, 1.0]]),
        ("torch.tensor([True, False])", [1.0, 0.0]),
        ("__import__('numpy').arange(3)", [0.0, 1.0, 2.0]),
        ("model.weight", [[10.0]]),
        ("x + y", [[7.0]]),
        ("[(lambda: float(x))() for _ in range(2)]", [5.0, 5.0]),
        ("x.requires_grad", 0.0),
    ],
)
def test_numbers_of_every_kind_are_read(runner: Runner, call: str, expect: Any) -> None:
    told = _grade(runner, TRAINED, make_check(call, expect, inputs={"x": [[5.0]], "y": [[2.0]]}))
    assert told.data("verdict")[0]["passed"], _messages(told)


def test_every_check_is_asked_and_told(runner: Runner) -> None:
    checks = [
        make_check(),
        make_check("1 / 0", 1.0),
        make_check("model.weight.sum()", 11.0),
        make_check("model(x)", [[50.0]]),
    ]
    told = _grade(runner, TRAINED, *checks)
    assert told.exit is not None
    assert [one.passed for one in told.exit.checks or []] == [True, False, False, True]
    assert _messages(told)[1] == "For 1 / 0: it raised ZeroDivisionError: division by zero."


def test_what_the_second_run_prints_and_measures_is_not_told(runner: Runner) -> None:
    told = _grade(runner, TRAINED + "print('once')", make_check("print('asked') or 1", 1.0))
    assert told.text() == "once\n"
    assert told.data("verdict")[0]["passed"]


def test_a_run_that_fails_is_not_graded(runner: Runner) -> None:
    told = _grade(runner, "raise ValueError('no')", make_check())
    assert (told.outcome, told.data("verdict")) == ("failed", [])
    assert told.exit is not None
    assert told.exit.checks is None


@pytest.mark.parametrize(
    ("trick", "why"),
    [
        ("import os; os._exit(0)", "your code ended the program before it could be asked"),
        ("if COUNT: raise ValueError('the second time')", "ValueError: the second time"),
        ("import os\nif COUNT: os.kill(os.getpid(), 11)", "SIGSEGV"),
        ("if COUNT:\n    while True: pass", "ran longer than 3 s, the limit of this project"),
        ("if COUNT: keep = bytearray(300 << 20)", "256 MiB, the limit of this project"),
        ("if COUNT: print('x' * (3 << 20))", "printed more than 1 MiB"),
    ],
)
def test_a_second_run_that_ends_badly_fails_the_checks_in_words(runner: Runner, trick: str, why: str) -> None:
    told = _grade(runner, KNOWING + TRAINED + trick, make_check(), wall_s=3, memory_mb=256)
    assert told.outcome == "succeeded"
    assert why in _messages(told)[0]
    assert told.data("verdict")[0]["passed"] is False


@pytest.mark.parametrize("trick", FORGERIES)
def test_no_forgery_turns_a_wrong_answer_into_a_right_one(runner: Runner, trick: str) -> None:
    told = _grade(runner, FORGERIES[trick], make_check(), make_check(relation="above", expect=40.0), make_check())
    assert told.outcome == "succeeded"
    assert told.exit is not None
    assert [one.passed for one in told.exit.checks or []] == [False, False, False]
    assert [data["passed"] for data in told.data("verdict")] == [False]


def test_a_program_that_looks_through_its_memory_finds_what_is_there(runner: Runner) -> None:
    told = runner.run(SEARCH + "planted = [first + second for first, second in needles]\nprint(search())")
    assert told.text() == "[0, 1, 2]\n"


def test_neither_cell_holds_what_is_expected(runner: Runner) -> None:
    secret = make_check("0", SECRET, hint=HINT)
    told = _grade(runner, SEARCH + "print(search())", secret, make_check("len(search())", 0.0), secret)
    assert told.text() == "[]\n"
    assert told.exit is not None
    assert [one.passed for one in told.exit.checks or []] == [False, True, False]
    assert HINT in _messages(told)[0]


def test_stop_during_the_checks_leaves_the_outcome_and_gives_no_verdict(runner: Runner) -> None:
    run = runner.start(KNOWING + "if COUNT:\n    while True: pass", checks=[make_check()], wall_s=30)
    run.until("state", "running")
    time.sleep(0.5)
    run.stop()
    told = run.rest()
    assert (told.outcome, told.data("verdict")) == ("succeeded", [])
    assert "You stopped this run before its checks" in told.data("notice")[0]["text"]


def test_a_lost_cell_is_asked_again_in_another(runner: Runner) -> None:
    run = runner.start(KNOWING + TRAINED + "import time\nif COUNT: time.sleep(1)", checks=[make_check()])
    run.until("state", "running")

    time.sleep(0.5)
    for process in runner.zygotes():
        os.kill(process, signal.SIGKILL)
    told = run.rest()
    assert (told.outcome, told.data("verdict")[0]["passed"]) == ("succeeded", True)


def _ask(check: Check, shape: list[int], values: list[float], error: str = "") -> tuple[bool, str]:
    """What comes of one answer."""
    questioning = Questioning([check], [Answer(shape, values, error)])
    (graded,) = questioning.grade(FINISHED)
    return graded.passed, graded.message


@pytest.mark.parametrize(
    ("relation", "within", "value", "passed"),
    [
        ("close", 0.5, 20.5, True),
        ("close", 0.5, 20.6, False),
        ("close", 0.0, 20.0, True),
        ("close", 1e9, math.nan, False),
        ("close", 1e9, math.inf, False),
        ("below", 0.5, 19.9, True),
        ("below", 0.5, 20.0, False),
        ("below", 0.5, math.nan, False),
        ("below", 0.5, -math.inf, True),
        ("above", 0.5, 20.1, True),
        ("above", 0.5, 20.0, False),
        ("above", 0.5, math.nan, False),
    ],
)
def test_the_relations_are_kept_and_nan_never_passes(relation: str, within: float, value: float, passed: bool) -> None:
    assert _ask(make_check(expect=[[20.0]], relation=relation, within=within), [1, 1], [value])[0] is passed


def test_a_wrong_shape_is_told_with_both_shapes() -> None:
    check = make_check(expect=[[1.0], [2.0]], hint="One row per input.")
    assert _ask(check, [2], [1.0, 2.0]) == (
        False,
        "For model(x): expected a tensor of shape [2, 1], got a tensor of shape [2]. One row per input.",
    )
    assert "got a single number" in _ask(check, [], [1.0])[1]


def test_one_bound_holds_for_values_of_any_shape() -> None:
    check = make_check("loss(x)", 0.1, relation="below")
    assert _ask(check, [2, 2], [0.0, 0.05, 0.01, 0.02])[0]
    assert _ask(check, [2, 2], [0.0, 0.05, 0.2, 0.02]) == (
        False,
        "For loss(x): expected less than 0.1, got 0.2 (1 of 4 values is wrong: at [1, 0]).",
    )


def test_of_many_wrong_values_a_few_are_shown() -> None:
    _, message = _ask(make_check(expect=[float(n) for n in range(10)]), [10], [9.0] * 10)
    assert message == (
        "For model(x): expected about 0, 1, 2, 3, …, got 9, 9, 9, 9, … "
        "(9 of 10 values are wrong, the first of them at [0])."
    )


def test_values_that_did_not_come_whole_fail() -> None:
    assert _ask(make_check(expect=[1.0, 2.0]), [2], []) == (False, "For model(x): its 2 values did not arrive whole.")


def test_answers_that_nobody_asked_for_are_not_taken() -> None:
    questioning = Questioning([make_check()])
    answer = Claim("answer", {"shape": [1, 1], "values": [50.0], "error": ""})
    assert questioning.hear(answer) is None
    assert questioning.answers == []
    assert questioning.hear(Claim("asking", {})) == Question(call="model(x)", inputs=questioning.checks[0].inputs)
    assert questioning.hear(Claim("asking", {})) is None
    assert questioning.hear(answer) is None
    assert questioning.satisfied
    assert questioning.hear(answer) is None
    assert len(questioning.answers) == 1


def test_a_question_says_nothing_of_what_is_expected() -> None:
    question = Questioning([make_check(expect=[[SECRET]], hint="count")]).hear(Claim("asking", {}))
    assert question is not None
    assert str(SECRET) not in repr(question)
    assert "count" not in repr(question)


def test_a_verdict_always_fits_into_one_event() -> None:
    checks = [make_check("f(x)", 1.0, hint="\U0001f525" * 400)] * MAX_CHECKS
    answers = [Answer([], [], "ValueError: " + "\u20ac" * 480)] * MAX_CHECKS
    told = verdict(Questioning(checks, answers).grade(FINISHED))
    assert len(json.dumps(told)) < MAX_EVENT_BYTES - 200
    assert rebuild("verdict", told) == told
