"""What must hold when requests of one person arrive at the same moment, each in a thread and a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test import Client

from apps.courses.models import Chapter
from apps.progress.carrying import carry
from apps.progress.finishing import finish
from apps.progress.models import Finish
from apps.quizzes.models import Attempt
from apps.quizzes.visits import KEY, Answer, Notes, Visit
from tests.quizzes.chapters import build_chapter, build_course, build_question, edit_chapter

from .pages import open_page
from .students import build_student, do_everything, send_reading

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> None:
    """Run every act in its own thread, all starting together; raises what any of them raised."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        try:
            start.wait(timeout=10)
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        for done in [threads.submit(run, act) for act in acts]:
            done.result(timeout=30)


@pytest.fixture
def chapter() -> Chapter:
    return build_chapter(build_course())


def test_a_visit_is_carried_once(chapter: Chapter) -> None:
    keys = [f"q-{number}" for number in range(300)]  # enough for the carrying to overlap
    edit_chapter(chapter, quizzes={key: build_question("a") for key in keys})
    given = Answer(chosen=["a"], correct=True, at="2026-11-23T00:00:00+00:00")
    notes = {str(chapter.pk): Notes(read={}, place=None, answers={key: [given] for key in keys})}
    user = build_student()

    def log_in() -> None:
        session = SessionStore()
        session[KEY] = notes
        carry(visit=Visit(session), user=user)

    at_once(*[log_in] * 4)
    assert Attempt.objects.count() == len(keys)


def test_a_chapter_is_finished_once(client: Client, chapter: Chapter) -> None:
    user = build_student()
    client.force_login(user)
    do_everything(user, chapter, client)
    at_once(*[lambda: finish(user=user, course="essentials", chapter="chapter-1")] * 4)
    assert Finish.objects.count() == 1


def test_a_visitors_tabs_lose_nothing_of_each_other(client: Client, chapter: Chapter) -> None:
    sections = [f"section-{number}" for number in range(8)]
    build_chapter(chapter.course, 2, sections=sections)
    url = "/courses/essentials/chapter-2/"
    send_reading(client, place=sections[0], url=url)

    def read(key: str) -> Callable[[], object]:
        tab = Client(headers={"Cookie": f"session={client.session.session_key}"})
        return lambda: send_reading(tab, key, url=url)

    at_once(*[read(key) for key in sections])
    assert open_page(client, url)["state"]["read"] == sections
