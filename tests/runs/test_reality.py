"""What came beside what was predicted, in numbers and in words."""

from __future__ import annotations

import copy
import json
import math
from typing import Any

import pytest

from apps.runs.models import Run
from apps.runs.reality import MOST_POINTS, compare, read_points
from apps.runs.recording import record_finish
from apps.runs.streams import Entry, make_entry
from tests.runs.builders import make_finished, make_project, make_run, make_student
from tests.runs.test_predictions import ASKED, CHOICE, CURVE, NUMBER
from workers.protocol import Event, State, encode

FALLING = [(step, 725 * 0.7 ** (step - 1) + 0.1) for step in range(1, 101)]


def ask(question: dict[str, Any], **answer: Any) -> Any:
    """The question with another answer."""
    changed = copy.deepcopy(question)
    changed["answer"] |= answer
    return changed


def judge(question: Any, said: object, points: Any = FALLING) -> Any:
    asked = {name: value for name, value in question.items() if name != "answer"}
    return compare({"question": asked, "said": said}, question, points)


def test_steps_until_a_threshold_are_counted() -> None:
    judged = judge(NUMBER, 150.0)
    assert (judged["came"], judged["near"], judged["why"]) == (14, False, "Steep.")
    assert judged["words"] == (
        "You said 150 epochs; the loss got below 10 at step 14 of 100. That is 11 times sooner than you thought."
    )


def test_who_is_near_is_told_so() -> None:
    judged = judge(NUMBER, 15.0)
    assert judged["near"] is True
    assert judged["words"].endswith("Well predicted.")


def test_a_threshold_that_is_never_reached_has_no_number() -> None:
    judged = judge(ask(NUMBER, bound=0.01), 150.0)
    assert (judged["came"], judged["near"]) == (None, False)
    assert judged["words"] == "You said 150 epochs; the loss never got below 0.01 in 100 steps."


@pytest.mark.parametrize(
    ("of", "words"),
    [
        ("last", "You said about 0.5; the loss was 0.1 after 100 steps. That is 5 times less than you thought."),
        ("first", "You said about 0.5; the loss began at 725. That is 1.5e+03 times more than you thought."),
        ("lowest", "You said about 0.5; the lowest loss was 0.1, at step 100. That is 5 times less than you thought."),
        (
            "highest",
            "You said about 0.5; the highest loss was 725, at step 1. That is 1.5e+03 times more than you thought.",
        ),
    ],
)
def test_each_value_of_a_metric_can_be_asked_for(of: str, words: str) -> None:
    question = ask(NUMBER | {"unit": ""}, of=of, sign="", bound=0.0)
    assert judge(question, 0.5)["words"].replace("1,450", "1.5e+03") == words


def test_the_author_says_how_near_is_near() -> None:
    question = ask(NUMBER | {"unit": ""}, of="last", near=0.5)
    assert judge(question, 0.55)["near"] is True
    assert judge(question, 0.65)["near"] is False


@pytest.mark.parametrize(("value", "word"), [(math.nan, "NaN"), (math.inf, "infinite")])
def test_a_training_that_broke_down_is_said_to_have(value: float, word: str) -> None:
    question = ask(NUMBER | {"unit": ""}, of="last")
    judged = judge(question, 0.5, [*FALLING, (101, value)])
    assert word in judged["words"]
    json.dumps(judged, allow_nan=False)


def test_a_choice_is_judged_by_the_range_that_came() -> None:
    question = ask(CHOICE | {"metric": "loss"}, of="last", ranges=[[1.0, None], [None, 1.0]])
    wrong, right = judge(question, 0), judge(question, 1)
    assert (wrong["came"], wrong["near"]) == (1, False)
    assert wrong["words"] == "You said “More”. It was “Less”: the loss was 0.1 after 100 steps."
    assert right["words"] == "You said “Less”, and so it was: the loss was 0.1 after 100 steps."


def test_a_value_outside_of_every_range_makes_no_choice_right() -> None:
    question = ask(CHOICE | {"metric": "loss"}, of="last", ranges=[[1.0, None], [0.5, 1.0]])
    judged = judge(question, 1)
    assert (judged["came"], judged["near"]) == (None, False)
    assert "None of the answers came true" in judged["words"]


def test_an_answer_that_the_author_named_is_about_the_project_s_own_code() -> None:
    question = ask(CHOICE, right=1)
    assert judge(question, 0, [])["words"] == "You said “More”; with the project’s own code it is “Less”."
    assert judge(question, 1, [])["near"] is True


def test_a_sketch_near_the_curve_is_near() -> None:
    said = [[step, value * 1.3] for step, value in FALLING[::20]]
    judged = judge(CURVE, said)
    assert judged["near"] is True
    assert "runs close" in judged["words"]
    assert judged["came"][0] == [1, FALLING[0][1]]


def test_a_sketch_far_from_it_is_told_where() -> None:
    judged = judge(CURVE, [[1, 725.0], [50, 400.0], [100, 0.1]])
    assert judged["near"] is False
    assert judged["words"] == (
        "You drew the loss ending at 0.1; it ended at 0.1. You were furthest off at step 50: you drew 400, it was 0.1."
    )


def test_a_sketch_is_compared_as_far_as_the_run_went() -> None:
    judged = judge(CURVE, [[1, 725.0], [500, 0.1]])
    assert judged["near"] is True


def test_of_a_long_curve_so_much_is_kept_as_is_needed_to_draw_it() -> None:
    long = [(step, 1 / step) for step in range(1, 20_001)]
    came = judge(CURVE, [[1, 1.0], [500, 0.01]], long)["came"]
    assert len(came) == MOST_POINTS
    assert (came[0], came[-1]) == ([1, 1.0], [20_000, 1 / 20_000])


def test_a_run_that_recorded_nothing_of_the_kind_says_so() -> None:
    judged = judge(NUMBER, 150.0, [])
    assert judged["came"] is None
    assert "no “loss”" in judged["words"]


@pytest.mark.parametrize("prediction", [None, {"skipped": True}])
def test_where_nothing_was_said_nothing_is_compared(prediction: object) -> None:
    question: Any = NUMBER
    assert compare(prediction, question, FALLING) == prediction


def test_an_answer_to_another_question_is_left_as_it_is() -> None:
    question: Any = NUMBER
    given = {"question": ASKED | {"ask": "How low?"}, "said": 3.0}
    assert compare(given, question, FALLING) == given
    assert compare(given, None, FALLING) == given


def make_entries(fence: int, *batches: list[list[Any]], name: str = "loss") -> list[Entry]:
    return [
        make_entry(fence, Event(seq=seq, at=0.1, type="metric", data={"name": name, "kind": "loss", "points": batch}))
        for seq, batch in enumerate(batches, 1)
    ]


def test_points_are_read_of_one_metric_and_one_attempt() -> None:
    entries = [
        *make_entries(1, [[1, 9.0]]),
        *make_entries(2, [[1, 5.0], [2, "NaN"]], [[3, 4.0]]),
        *make_entries(2, [[1, 7.0]], name="other"),
        Entry("2-9", b"metric, and no event"),
        Entry("2-10", encode(Event(seq=10, at=0.2, type="stdout", data={"text": '"metric"'}))),
    ]
    points = read_points(entries, "loss", 2)
    assert [step for step, _ in points] == [1, 2, 3]
    assert math.isnan(points[1][1])


def record(valkey: Any, outcome: State) -> Any:
    project = make_project(question=NUMBER)
    run = make_run(make_student(), State.RUNNING, project=project, prediction={"question": ASKED, "said": 150.0})
    for entry in make_entries(run.fence, [list(point) for point in FALLING]):
        valkey.xadd(f"run:{run.pk}", {"event": entry.event}, id=entry.id)
    assert record_finish(make_finished(run, outcome))
    return Run.objects.get().prediction


def test_a_run_that_ends_well_is_compared_from_what_it_told(valkey: Any) -> None:
    kept = record(valkey, State.SUCCEEDED)
    assert (kept["said"], kept["came"]) == (150.0, 14)


@pytest.mark.parametrize("outcome", [State.FAILED, State.STOPPED, State.TIMED_OUT])
def test_a_run_that_breaks_off_is_no_measure(valkey: Any, outcome: State) -> None:
    assert record(valkey, outcome) == {"question": ASKED, "said": 150.0}
