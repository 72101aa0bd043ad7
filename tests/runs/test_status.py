"""The status page: for everybody, honest about what is away, silent about names."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from unittest.mock import patch

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings
from redis import ConnectionError, Redis

from apps.accounts.models import Role
from apps.runs import status
from apps.runs.machines import forget_gone
from tests.runs.builders import announce, make_run, make_student
from workers.protocol import State

LINK = 'href="/status/"'


@pytest.fixture(autouse=True)
def _afresh() -> None:
    status._heard.clear()


@contextmanager
def streams_answering(settings: Settings, code: int) -> Iterator[None]:
    """A process that answers as that of the live streams does, over a real socket."""

    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(code if self.path == "/health" else 404)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Tests print nothing."""

    server = HTTPServer(("127.0.0.1", 0), Health)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    settings.STREAMS_HEALTH_URL = f"http://127.0.0.1:{server.server_port}/health"
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_all_is_well(valkey: Redis, client: Client, settings: Settings) -> None:
    announce(valkey, slots=2, worker="runs@secret-host")
    announce(valkey, slots=1, worker="gpu@secret-host", queue="runs.gpu", tier="T0", devices=["NVIDIA H100"])
    make_run(make_student("ada"), State.RUNNING)
    make_run(make_student("alan"), State.WAITING)
    with streams_answering(settings, 200):
        answer = client.get("/status.json")
    assert answer.json() == {
        "works": True,
        "is_known": True,
        "has_live_events": True,
        "machines": [
            {
                "name": "Machine 1",
                "tier": "T0",
                "isolation": status.TIERS["T0"],
                "slots": 1,
                "queue": "gpu",
                "devices": ["NVIDIA H100"],
                "problem": "",
            },
            {
                "name": "Machine 2",
                "tier": "T1",
                "isolation": status.TIERS["T1"],
                "slots": 2,
                "queue": "cpu",
                "devices": [],
                "problem": "",
            },
        ],
        "queues": [
            {"device": "cpu", "slots": 2, "going_on": 1, "waiting": 1},
            {"device": "gpu", "slots": 1, "going_on": 0, "waiting": 0},
        ],
    }


def test_the_page_says_it_in_words_and_every_page_leads_there(
    valkey: Redis, client: Client, settings: Settings
) -> None:
    announce(valkey, worker="runs@secret-host", devices=["NVIDIA H100"])
    with streams_answering(settings, 200):
        page = client.get("/status/").content.decode()
    assert "Runs start, and can be watched live." in page
    assert status.TIERS["T1"] in page
    assert "NVIDIA H100" in page
    assert "secret-host" not in page
    assert LINK in client.get("/accounts/login/").content.decode()


def test_names_and_reasons_are_for_admins(valkey: Redis, client: Client) -> None:
    announce(valkey, worker="runs@secret-host", refusal="bwrap at /opt/secret does not start")
    told = client.get("/status.json").json()["machines"][0]
    assert (told["name"], told["problem"]) == ("Machine 1", "It cannot keep runs apart safely.")
    admin = make_student("boss")
    admin.groups.add(Group.objects.get_or_create(name=Role.ADMIN)[0])
    client.force_login(admin)
    told = client.get("/status.json").json()["machines"][0]
    assert (told["name"], told["problem"]) == ("runs@secret-host", "bwrap at /opt/secret does not start")


@pytest.mark.parametrize(
    ("tier", "name", "words"),
    [("T1b · with words of its own", "T1b", status.TIERS["T1b"]), ("T9", "T9", "Not known"), ("", "?", "Not known")],
)
def test_a_tier_is_named_by_its_first_word(valkey: Redis, client: Client, tier: str, name: str, words: str) -> None:
    announce(valkey, tier=tier)
    told = client.get("/status.json").json()["machines"][0]
    assert (told["tier"], told["isolation"]) == (name, words)


def test_no_machine_is_told(client: Client, settings: Settings) -> None:
    with streams_answering(settings, 200):
        page = client.get("/status/").content.decode()
    assert "No machine takes runs at the moment" in page
    assert not client.get("/status.json").json()["works"]


@pytest.mark.parametrize("code", [503, None])
def test_live_events_that_do_not_arrive_are_told(
    valkey: Redis, client: Client, settings: Settings, code: int | None
) -> None:
    announce(valkey)
    settings.STREAMS_HEALTH_URL = "http://127.0.0.1:1/health"
    if code:
        with streams_answering(settings, code):
            page = client.get("/status/").content.decode()
    else:
        page = client.get("/status/").content.decode()
    assert "Live events do not arrive at the moment" in page


def test_valkey_away_is_told_and_is_no_failure(client: Client) -> None:
    make_run(make_student(), State.RUNNING)
    with patch("apps.runs.machines.connect", side_effect=ConnectionError("away")):
        answer = client.get("/status/")
        told = client.get("/status.json").json()
    assert answer.status_code == 200
    assert "is away for a moment" in answer.content.decode()
    assert (told["works"], told["is_known"], told["has_live_events"]) == (False, False, False)
    assert told["queues"] == [{"device": "cpu", "slots": 0, "going_on": 1, "waiting": 0}]


@pytest.mark.parametrize("path", ["/status/", "/status.json"])
def test_it_is_read_only_and_never_stored(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
    assert "no-store" in client.get(path)["Cache-Control"]


@pytest.mark.parametrize("count", [1, 10])
def test_it_costs_one_query(
    valkey: Redis, client: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for index in range(count):
        announce(valkey, worker=f"runs@{index}")
        make_run(make_student(f"s{index}"), State.RUNNING)
    with django_assert_num_queries(1):
        client.get("/status.json")


def test_machines_that_are_gone_leave_the_list(valkey: Redis) -> None:
    announce(valkey, worker="runs@here")
    announce(valkey, worker="runs@gone")
    valkey.delete("machine:runs@gone")
    forget_gone()
    assert valkey.smembers("machines") == {b"runs@here"}
