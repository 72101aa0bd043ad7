"""What a run came to, in words: its project's goal, and what was predicted."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from apps.runs.models import Run
from apps.runs.verdicts import weigh
from tests.runs.builders import CHECK, make_project, make_run, make_student
from tests.runs.test_predictions import ASKED, CURVE
from workers.protocol import State

GOOD = {"loss": {"kind": "loss", "count": 500, "first": 725.0, "last": 0.102, "min": 0.1, "max": 725.0}}
POOR = {"loss": {**GOOD["loss"], "last": 3.25}}
PASSED = {"name": "It doubles", "passed": True, "message": ""}
MISSED = {"name": "It halves", "passed": False, "message": "Expected 2, got 3."}


def make_ended(state: State = State.SUCCEEDED, **fields: Any) -> Run:
    return make_run(make_student(), state, project=make_project(), **fields)


@pytest.mark.parametrize(
    ("fields", "done", "words"),
    [
        ({"goal_met": True}, True, "Mini project done: the loss ended at 0.102, which is below 1."),
        ({"goal_met": True, "checks": [PASSED]}, True, "which is below 1, and its check passed."),
        ({"goal_met": True, "checks": [PASSED, PASSED]}, True, "and all 2 checks passed."),
        ({"checks": [PASSED, MISSED]}, False, "Not done yet: the loss ended at 0.102, as the goal wants, but 1 of 2"),
        ({"checks": [MISSED]}, False, "but its check did not pass."),
        ({"checks": [MISSED, MISSED]}, False, "but none of 2 checks passed."),
        ({}, False, "the checks were not carried out. Run it again."),
        ({"metrics": POOR}, False, "Not done yet: the loss ended at 3.25; the goal is below 1."),
        ({"metrics": {"loss": {"last": "NaN"}}}, False, "Not done yet: the loss ended at NaN; the goal is below 1."),
        ({"metrics": {}}, False, "Not done: the run recorded no “loss”, and the goal is one below 1."),
    ],
)
def test_the_goal_is_weighed_in_a_sentence(fields: dict[str, Any], done: bool, words: str) -> None:
    verdict = weigh(make_ended(**{"metrics": GOOD, **fields}), "loss<1")
    assert verdict is not None
    assert verdict.done is done
    assert words in verdict.words


@pytest.mark.parametrize("state", [State.FAILED, State.STOPPED, State.RUNNING])
def test_a_run_that_broke_off_is_not_weighed(state: State) -> None:
    assert weigh(make_ended(state, metrics=GOOD), "loss<1") is None


def test_a_run_without_a_goal_is_not_weighed() -> None:
    assert weigh(make_ended(metrics=GOOD), "") is None


def open_verdict(client: Client, run: Run, user: Any = None) -> Any:
    client.force_login(user or run.user)
    return client.get(f"/runs/{run.pk}/verdict/")


def test_prediction_and_reality_stand_side_by_side(client: Client) -> None:
    words = {"words": "You said 150 epochs; it took 14.", "came": 14, "near": False, "why": "It is steep."}
    page = open_verdict(client, make_ended(metrics=GOOD, prediction={"question": ASKED, "said": 150.0, **words}))
    text = page.content.decode()
    assert "<dd>150 epochs</dd>" in text
    assert "<dd>14 epochs</dd>" in text
    assert "You said 150 epochs; it took 14. It is steep." in text


def test_a_sketch_is_drawn_over_what_came(client: Client) -> None:
    asked = {name: value for name, value in CURVE.items() if name != "answer"}
    said, came = [[1, 700.0], [500, 0.1]], [[1, 725.0], [250, 1.0], [500, 0.1], [600, 0.05]]
    prediction = {"question": asked, "said": said, "came": came, "near": True, "words": "You drew.", "why": ""}
    text = open_verdict(client, make_ended(metrics=GOOD, prediction=prediction)).content.decode()
    assert 'class="sketch-said" d="M0.0 5.0L400.0 128.0"' in text
    assert text.count("L", text.index("sketch-came"), text.index("sketch-said")) == 2
    assert "<td>500</td><td>0.1</td><td>0.1</td>" in text


def test_a_prediction_that_waits_for_a_run_says_so(client: Client) -> None:
    text = open_verdict(
        client, make_ended(State.FAILED, prediction={"question": ASKED, "said": 150.0})
    ).content.decode()
    assert "<dd>150 epochs</dd>" in text
    assert "It was" not in text
    assert "goes on to your next run" in text


@pytest.mark.parametrize("prediction", [None, {"skipped": True}])
def test_who_predicted_nothing_is_told_of_the_goal_alone(client: Client, prediction: object) -> None:
    text = open_verdict(client, make_ended(metrics=GOOD, goal_met=True, prediction=prediction)).content.decode()
    assert "Mini project done" in text
    assert "comparison" not in text


def test_nobody_else_sees_it(client: Client) -> None:
    run = make_ended(metrics=GOOD)
    assert open_verdict(client, run, make_student("eve")).status_code == 404


def test_who_is_logged_out_is_asked_to_log_in(client: Client) -> None:
    assert client.get(f"/runs/{make_ended().pk}/verdict/").status_code == 401


def test_the_run_s_page_tells_the_lab_of_its_project_and_not_what_is_expected(client: Client) -> None:
    run = make_run(make_student(), project=make_project(checks=[CHECK], mistakes={"nan": "numbers"}))
    client.force_login(run.user)
    page = client.get(f"/runs/{run.pk}/")
    facts = {"chapter": "/courses/torch/intro/", "checks": ["It doubles"], "mistakes": {"nan": "numbers"}}
    assert json.loads(page.context["facts"]) == facts
    assert str(CHECK["hint"]) not in page.content.decode()


def test_without_scripts_the_verdict_stands_on_the_page(client: Client) -> None:
    words = {"words": "You said 150 epochs; it took 14.", "came": 14, "near": False, "why": ""}
    run = make_ended(metrics=GOOD, goal_met=True, prediction={"question": ASKED, "said": 150.0, **words})
    client.force_login(run.user)
    text = client.get(f"/runs/{run.pk}/?plain").content.decode()
    assert "Mini project done" in text
    assert "You said 150 epochs; it took 14." in text


@pytest.mark.parametrize("page", ["", "?plain"])
def test_what_was_predicted_is_not_shared(client: Client, page: str) -> None:
    words = {"words": "You said 150 epochs; it took 14.", "came": 14, "near": False, "why": ""}
    prediction = {"question": ASKED, "said": 150.0, **words}
    run = make_ended(metrics=GOOD, prediction=prediction, visibility="public")
    answer = client.get(f"/runs/{run.pk}/{page}")
    assert answer.status_code == 200
    assert "You said" not in answer.content.decode()
