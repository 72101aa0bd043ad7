"""Admins put courses into somebody's care, and take them out of it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import Role
from apps.conduct.access import moderates
from apps.conduct.models import Act, Charge, Verb
from apps.notices.models import Notice
from tests.conduct.people import build_course, build_person, reload

from .cases import Case, build_admin
from .test_pages import log_in, page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Case:
    return Case()


def test_an_admin_puts_a_course_into_somebody_s_care_and_takes_it_out(case: Case) -> None:
    course, client = case.chapter.course, log_in(build_admin())
    page, address = f"/moderation/people/{case.ada.pk}/", f"/moderation/people/{case.ada.pk}/charges/"
    assert "Put it into their care" in page_of(client, page)
    assert 'href="/moderation/people/' in page_of(client, f"/discussions/people/{case.ada.pk}/")
    for _ in range(2):
        answer = client.post(address, {"course": course.pk, "wish": "charge"}, follow=True)
        assert "Take it out of their care" in answer.content.decode()
    assert moderates(reload(case.ada), course.pk)
    act = Act.objects.get(verb=Verb.CHARGE, person=case.ada)
    assert Notice.objects.get(recipient=case.ada, event=f"act:{act.pk}").facts["verb"] == "charge"
    hers = log_in(case.ada)
    assert "put a course into your care" in page_of(hers, f"/conduct/{act.pk}/")
    case.flag(person=case.mo)
    for everywhere in ("/", "/runs/", "/discussions/", "/moderation/"):
        assert "Queue, 1 waiting" in page_of(hers, everywhere), everywhere

    for _ in range(2):
        assert client.post(address, {"course": course.pk, "wish": "discharge"}).status_code == 302
    assert not moderates(reload(case.ada), course.pk)
    assert Act.objects.filter(verb=Verb.DISCHARGE, person=case.ada).count() == 1
    assert "Queue" not in page_of(hers, "/")


def test_nobody_but_an_admin_may_and_nonsense_is_refused(case: Case) -> None:
    course, address = case.chapter.course, f"/moderation/people/{case.ada.pk}/charges/"
    wish = {"course": course.pk, "wish": "charge"}
    for person in (case.mo, build_person("All", Role.MODERATOR)):
        client = log_in(person)
        assert client.post(address, wish).status_code == 403
        assert "Put it into their care" not in page_of(client, f"/moderation/people/{case.ada.pk}/")
        assert "Courses in their care" in page_of(client, f"/moderation/people/{case.mo.pk}/")
    client = log_in(build_admin())
    for nonsense in ({}, wish | {"course": 0}, wish | {"wish": "x"}):
        assert client.post(address, nonsense).status_code == 422
    assert client.post("/moderation/people/0/charges/", wish).status_code == 404
    assert not Charge.objects.filter(person=case.ada).exists()


def test_pages_ask_nobody_else_for_their_courses(case: Case) -> None:
    build_course("other")
    counts = []
    for person in (case.ada, case.mo):
        client = log_in(person)
        client.get("/notes/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/notes/")
        counts.append(sum("conduct_charge" in each["sql"] for each in queries))
    assert counts == [0, 1]


def test_an_act_names_the_request_that_did_it(case: Case) -> None:
    client = log_in(case.mo)
    answer = client.post(f"/moderation/posts/{case.spam.pk}/hiding/", {"reason": "Spam"})
    act = Act.objects.get(verb=Verb.HIDE)
    assert act.request_id == answer.headers["X-Request-ID"]
    assert act.request_id in page_of(client, "/moderation/log/")
    assert act.request_id not in Client().get("/conduct/log/").content.decode()
    again = client.post(f"/moderation/posts/{case.spam.pk}/restoring/", {}, headers={"X-Request-ID": "mine"})
    assert again.headers["X-Request-ID"] not in ("mine", act.request_id)
    assert "X-Request-ID" not in client.get("/").headers
    assert set(Act.objects.filter(verb=Verb.CHARGE).values_list("request_id", flat=True)) == {""}
