"""Who logs out, is suspended or changes the password ends the own live streams."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from redis import Redis

from apps.accounts.models import Scope, User
from apps.accounts.tokens import issue, revoke
from apps.runs.tickets import CLOSINGS
from apps.runs.valkey import connect
from tests.runs.builders import make_student

Commit = Callable[[], AbstractContextManager[object]]


def read_closed(valkey: Redis) -> list[str]:
    return [fields[b"user"].decode() for _, fields in valkey.xrange(CLOSINGS)]  # type: ignore[union-attr, index]


@pytest.fixture
def student() -> User:
    return make_student()


def test_a_log_out_ends_them(client: Client, student: User, commit: Commit, valkey: Redis) -> None:
    client.force_login(student)
    with commit():
        client.post("/accounts/logout/")
    assert read_closed(valkey) == [str(student.pk)]


def test_a_visitor_who_logs_out_ends_nothing(client: Client, commit: Commit, valkey: Redis) -> None:
    with commit():
        client.post("/accounts/logout/")
    assert read_closed(valkey) == []


def test_a_suspension_ends_them(student: User, commit: Commit, valkey: Redis) -> None:
    student.is_active = False
    with commit():
        student.save()
    assert read_closed(valkey) == [str(student.pk)]


def test_another_change_of_a_person_ends_nothing(student: User, commit: Commit, valkey: Redis) -> None:
    student.name = "Another name"
    with commit():
        student.save()
    assert read_closed(valkey) == []


def test_a_new_password_ends_them(client: Client, student: User, commit: Commit, valkey: Redis) -> None:
    student.set_password("old words of mine")
    student.save()
    client.force_login(student)
    words = {"oldpassword": "old words of mine", "password1": "new words of mine", "password2": "new words of mine"}
    with commit():
        assert client.post("/accounts/password/change/", words).status_code == 302
    assert read_closed(valkey) == [str(student.pk)]


def test_a_revoked_token_ends_them(student: User, commit: Commit, valkey: Redis) -> None:
    token, _ = issue(actor=student, name="laptop", scopes=[Scope.RUNS_READ], lifetime=timedelta(days=1))
    with commit():
        assert revoke(actor=student, token_id=token.pk)
        assert not revoke(actor=student, token_id=token.pk)
    assert read_closed(valkey) == [str(student.pk)]


def test_a_log_out_succeeds_while_valkey_is_away(
    client: Client, student: User, commit: Commit, settings: LazySettings
) -> None:
    connect.cache_clear()
    settings.VALKEY_URL = "unix:///nowhere/valkey.sock"
    client.force_login(student)
    with commit():
        assert client.post("/accounts/logout/").status_code == 302
    connect.cache_clear()
