"""What a student types is kept once, follows to the next device, and is never overwritten unseen."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from apps.runs import drafts
from apps.runs.drafts import Overtaken
from apps.runs.models import Draft
from tests.runs.builders import make_project, make_student
from workers.protocol import MAX_CODE_BYTES

ADDRESS = "/drafts/torch/intro/fit/"


def send(client: Client, code: object = "x = 1", revision: object = 0, address: str = ADDRESS) -> Any:
    return client.post(address, json.dumps({"code": code, "revision": revision}), content_type="application/json")


@pytest.fixture
def ada(client: Client) -> Client:
    make_project()
    client.force_login(make_student("ada"))
    return client


def test_each_change_builds_on_the_one_before(ada: Client) -> None:
    assert send(ada, "x = 1", 0).json() == {"revision": 1}
    assert send(ada, "x = 2", 1).json() == {"revision": 2}
    assert Draft.objects.get().code == "x = 2"


@pytest.mark.parametrize("older", [0, 1])
def test_an_older_page_is_told_and_changes_nothing(ada: Client, older: int) -> None:
    send(ada, "x = 1", 0)
    send(ada, "x = 2", 1)
    answer = send(ada, "mine", older)
    assert answer.status_code == 409
    assert answer.json()["offer"] == {"code": "x = 2", "revision": "2"}
    assert Draft.objects.get().code == "x = 2"


def test_what_was_sent_twice_is_kept_once(ada: Client) -> None:
    assert [send(ada, "x = 1", 0).json(), send(ada, "x = 1", 0).json()] == [{"revision": 1}] * 2
    assert [send(ada, "x = 2", 1).json(), send(ada, "x = 2", 1).json()] == [{"revision": 2}] * 2


def test_an_empty_draft_is_kept_as_a_step_of_its_own(ada: Client) -> None:
    send(ada, "x = 1", 0)
    assert send(ada, "", 1).json() == {"revision": 2}
    assert send(ada, "older", 1).status_code == 409


@pytest.mark.parametrize(
    ("code", "revision", "status"),
    [
        ("x", -1, 400),
        ("x", 2**31, 400),
        ("x", True, 400),
        ("x", "1", 400),
        ("x", None, 400),
        (None, 0, 400),
        (["x"], 0, 400),
        ("a\0b", 0, 400),
        ("\ud800", 0, 400),
        ("x" * (MAX_CODE_BYTES + 1), 0, 413),
    ],
)
def test_what_cannot_be_a_draft_is_refused_in_words(ada: Client, code: object, revision: object, status: int) -> None:
    answer = send(ada, code, revision)
    assert answer.status_code == status
    assert answer.json()["error"]
    assert not Draft.objects.exists()


def test_visitors_are_asked_to_log_in(client: Client) -> None:
    make_project()
    answer = send(client)
    assert answer.status_code == 401
    assert answer.json()["login_url"]


def test_drafts_are_each_student_s_own(ada: Client) -> None:
    send(ada, "hers", 0)
    ada.force_login(make_student("bob"))
    assert send(ada, "his", 0).json() == {"revision": 1}
    assert set(Draft.objects.values_list("user__name", "code")) == {("ada", "hers"), ("bob", "his")}


@pytest.mark.parametrize("address", ["/drafts/torch/intro/gone/", "/drafts/x/", "/drafts/torch/intro/fit/more/"])
def test_there_is_no_draft_of_what_is_no_project(ada: Client, address: str) -> None:
    assert send(ada, address=address).status_code == 404


def test_looking_is_not_keeping(ada: Client) -> None:
    assert ada.get(ADDRESS).status_code == 405


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("start", [0, 1])
def test_of_two_pages_at_the_same_moment_one_is_told(start: int) -> None:
    user, project = make_student(), make_project()
    if start:
        drafts.keep(user=user, project=project, code="first", revision=0)
    outcomes: list[str] = []
    together = threading.Barrier(2)

    def keep(code: str) -> None:
        together.wait()
        try:
            drafts.keep(user=user, project=project, code=code, revision=start)
            outcomes.append(code)
        except Overtaken as overtaken:
            outcomes.append(f"told of {overtaken.offer['code']}")
        finally:
            connection.close()

    pages = [threading.Thread(target=keep, args=(code,)) for code in ("one", "two")]
    for page in pages:
        page.start()
    for page in pages:
        page.join()
    kept = Draft.objects.get()
    assert kept.revision == start + 1
    assert set(outcomes) == {kept.code, f"told of {kept.code}"}
