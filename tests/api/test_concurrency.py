"""The same request many times at the same moment, as after a broken line."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from apps.accounts.models import User
from apps.runs.models import Run
from tests.api.programs import Program

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_same_key_at_once_is_one_run(student: User) -> None:
    programs = [Program.of(student) for _ in range(8)]
    answers: list[tuple[int, str]] = []

    def ask(program: Program) -> None:
        answer = program.start(idempotency_key="once")
        answers.append((answer.status_code, answer.json()["id"]))
        connection.close()

    threads = [threading.Thread(target=ask, args=[program]) for program in programs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert Run.objects.count() == 1
    assert sorted(status for status, _ in answers) == [200] * 7 + [201]
    assert {found for _, found in answers} == {str(Run.objects.get().pk)}
