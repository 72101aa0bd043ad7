"""What a student says beforehand travels with the start, is kept with the run, and is asked for once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from apps.courses.models import Item
from apps.runs.models import Run
from tests.runs.builders import CODE, make_project, make_run, make_student
from workers.protocol import State

NUMBER: dict[str, Any] = {
    "kind": "number",
    "ask": "After how many epochs?",
    "metric": "loss",
    "unit": "epochs",
    "choices": [],
    "steps": [],
    "values": [],
    "log": False,
    "answer": {"of": "steps", "sign": "<", "bound": 10.0, "ranges": [], "right": None, "near": None, "why": "Steep."},
}
CHOICE = NUMBER | {"kind": "choice", "choices": ["More", "Less"], "metric": ""}
CURVE = NUMBER | {"kind": "curve", "steps": [1, 500], "values": [0.01, 1000.0], "log": True}
ASKED = {name: value for name, value in NUMBER.items() if name != "answer"}


@pytest.fixture
def ada(client: Client) -> Client:
    client.force_login(make_student("ada"))
    return client


def start(client: Client, prediction: object) -> Any:
    body = {"code": CODE, "project": "torch/intro/fit", "prediction": prediction}
    return client.post("/runs/", json.dumps(body), content_type="application/json")


def say(said: object) -> dict[str, object]:
    return {"ask": NUMBER["ask"], "said": said}


def make_asking(question: object = NUMBER) -> Item:
    return make_project(question=question)


def test_it_is_kept_with_the_words_of_the_question_and_without_its_answer(ada: Client) -> None:
    make_asking()
    assert start(ada, say(150)).status_code == 201
    assert Run.objects.get().prediction == {"question": ASKED, "said": 150.0}


def test_nobody_has_to_predict(ada: Client) -> None:
    make_asking()
    assert start(ada, None).status_code == 201
    assert Run.objects.get().prediction is None


def test_a_skip_is_kept(ada: Client) -> None:
    make_asking()
    assert start(ada, {"skipped": True}).status_code == 201
    assert Run.objects.get().prediction == {"skipped": True}


def test_a_project_without_a_question_takes_none(ada: Client) -> None:
    make_project()
    assert start(ada, say(150)).status_code == 201
    assert Run.objects.get().prediction is None


@pytest.mark.parametrize(
    ("question", "said"), [(CHOICE, 0), (CHOICE, 1), (CURVE, [[1, 700], [500, 0.1]]), (NUMBER, -0.5)]
)
def test_each_kind_is_answered_in_its_way(ada: Client, question: object, said: object) -> None:
    make_asking(question)
    assert start(ada, say(said)).status_code == 201
    kept: Any = Run.objects.get().prediction
    assert kept["said"] == said


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (NUMBER, "many"),
        (NUMBER, True),
        (NUMBER, None),
        (NUMBER, 10**400),
        (CHOICE, 2),
        (CHOICE, -1),
        (CHOICE, 0.5),
        (CHOICE, True),
        (CURVE, 3),
        (CURVE, []),
        (CURVE, [[1, 700]]),
        (CURVE, [[1, 700], [500]]),
        (CURVE, [[1, 700], 500]),
        (CURVE, [[1, 700], [500, 2000]]),
        (CURVE, [[1, 700], [501, 1]]),
        (CURVE, [[0, 700], [500, 1]]),
        (CURVE, [[500, 700], [1, 1]]),
        (CURVE, [[1, 700], [500, "low"]]),
        (CURVE, [[step, 1] for step in range(1, 70)]),
    ],
)
def test_what_is_no_answer_is_refused_in_words(ada: Client, question: object, said: object) -> None:
    make_asking(question)
    answer = start(ada, say(said))
    assert answer.status_code == 400
    assert "skip the question" in answer.json()["error"]
    assert not Run.objects.exists()


@pytest.mark.parametrize("prediction", [3, "150", [150]])
def test_what_is_no_object_is_refused(ada: Client, prediction: object) -> None:
    make_asking()
    assert start(ada, prediction).status_code == 400


def test_an_answer_to_another_question_is_refused(ada: Client) -> None:
    make_asking()
    answer = start(ada, {"ask": "How low?", "said": 3})
    assert answer.status_code == 400
    assert "Reload the page" in answer.json()["error"]


@pytest.mark.parametrize("state", [State.FAILED, State.STOPPED, State.RUNNING])
def test_a_prediction_goes_on_until_a_run_has_come_to_its_end(ada: Client, state: State) -> None:
    user, given = make_student("bob"), {"question": ASKED, "said": 150.0}
    ada.force_login(user)
    make_run(user, state, project=make_asking(), prediction=given)
    start(ada, None)
    assert Run.objects.latest("created_at").prediction == given


@pytest.mark.parametrize(
    "before",
    [
        {"question": ASKED, "said": 150.0, "words": "You said 150.", "came": 14, "near": False, "why": ""},
        {"question": ASKED | {"ask": "How low?"}, "said": 150.0},
        {"skipped": True},
    ],
)
def test_what_was_compared_or_skipped_or_asked_otherwise_stays_with_its_run(ada: Client, before: object) -> None:
    user = make_student("bob")
    ada.force_login(user)
    make_run(user, State.SUCCEEDED, project=make_asking(), prediction=before)
    start(ada, None)
    assert Run.objects.latest("created_at").prediction is None


def test_it_does_not_go_on_to_others_or_to_other_projects(ada: Client) -> None:
    given = {"question": ASKED, "said": 150.0}
    project = make_asking()
    make_run(make_student("bob"), State.FAILED, project=project, prediction=given)
    assert start(ada, None).status_code == 201
    assert Run.objects.latest("created_at").prediction is None
