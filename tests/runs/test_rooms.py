"""Live rooms of people and threads: who is let in, and what is told there."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks
from redis import Redis

from apps.runs.rooms import name_person, name_thread
from apps.runs.tickets import check
from tests.conduct.people import build_person
from tests.discussions.talks import build_chapter, build_reply, build_thread
from tests.notices.builders import say
from tests.notices.test_pages import log_in

pytestmark = pytest.mark.django_db

TICKETS = "/news/tickets/"


def read_bus(valkey: Redis) -> list[tuple[str, dict[str, object]]]:
    entries: Any = valkey.xrange("bus")
    return [(fields[b"run"].decode(), json.loads(fields[b"event"])) for _, fields in entries]


def test_a_ticket_opens_one_s_own_news_and_says_how_many_are_new(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    ada = build_person("Ada")
    client = log_in(ada)
    with django_assert_num_queries(3):  # who asks, and what is unread
        assert client.post(TICKETS).json()["unread"] == 0
    say(ada)
    answer = client.post(TICKETS).json()
    address = urlsplit(answer["events_url"])
    assert answer["unread"] == 1
    assert address.path == f"/rooms/person:{ada.pk}/events"
    ticket = check(settings.TICKET_KEY, parse_qs(address.query)["ticket"][0], run=name_person(ada.pk), now=0)
    assert ticket.user == str(ada.pk)


def test_a_visitor_gets_none_and_nobody_gets_one_by_a_link(client: Client) -> None:
    assert client.post(TICKETS).status_code == 401
    assert log_in(build_person("Ada")).get(TICKETS).status_code == 405


def test_many_people_are_told_by_one_message(
    valkey: Redis, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    ada = build_person("Ada")
    with django_capture_on_commit_callbacks(execute=True):
        say(ada)
        assert read_bus(valkey) == []
    assert read_bus(valkey) == [(name_person(ada.pk), {"type": "notices", "data": {"group": "thread:1"}})]


def test_readers_of_a_thread_are_told_of_what_appears_and_of_nothing_else(
    valkey: Redis, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    ada = build_person("Ada")
    question = build_thread(build_chapter(), ada)
    with django_capture_on_commit_callbacks(execute=True):
        shown = build_reply(question, ada)
        build_reply(question, ada, note="Held back.")
    data = {"thread": question.thread_id, "post": shown.pk}
    assert read_bus(valkey) == [(name_thread(question.thread_id), {"type": "posts", "data": data})]
