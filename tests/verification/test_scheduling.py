"""What is due: a new text at once, the rest by turns, when torch changes and once a week."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from redis import Redis

from apps.courses.models import Chapter
from apps.runs.models import Run
from apps.verification import tasks
from apps.verification.models import Verification
from apps.verification.scheduling import AGAIN, AGAIN_UNSETTLED, ask_due
from apps.verification.tidying import KEEP, KEEP_RUNS, tidy
from tests.courses.texts import build_chapter, publish_text, replaced
from tests.runs.builders import announce, make_run, make_student
from tests.verification.chapters import live, publish_chapter, write
from tests.verification.machines import Commit
from workers.protocol import State as RunState

State, Why = Verification.State, Verification.Why


def settle(chapter: Chapter, *, ago: timedelta = timedelta(), **fields: Any) -> Verification:
    """A verification of the live text that ended so long ago."""
    facts: dict[str, Any] = {"state": State.PASSED, "why": Why.PUBLISHED, "torch": "2.13.0", **fields}
    at = timezone.now() - ago
    return Verification.objects.create(chapter=chapter, revision=live(chapter), finished_at=at, **facts)


def test_a_new_text_is_due_at_once_and_once(commit: Commit) -> None:
    chapter = publish_chapter(write())
    with commit():
        tasks.ask_due()
        tasks.ask_due()
    [asked] = Verification.objects.all()
    assert (asked.chapter, asked.revision, asked.why) == (chapter, live(chapter), Why.PUBLISHED)
    assert Run.objects.filter(errand__isnull=False).count() == 1

    publish_text(chapter, replaced(("Done.", "Better.")), base=1)
    with commit():
        tasks.ask_due()
    assert Verification.objects.filter(revision=live(chapter)).count() == 1
    assert Verification.objects.get(pk=asked.pk).state == State.DROPPED


def test_what_is_only_announced_is_not_due() -> None:
    build_chapter()
    assert ask_due() == 0


def test_another_torch_makes_every_chapter_due_one_after_the_other(valkey: Redis) -> None:
    for number in range(1, 4):
        settle(publish_chapter(write(), f"chapter-{number}", number))
    announce(valkey, torch="2.13.0")
    assert ask_due() == 0
    announce(valkey, torch="2.14.0")
    announce(valkey, torch="2.13.0", worker="runs@old")
    assert ask_due() == 0  # in the middle of an update
    announce(valkey, torch="2.14.0", worker="runs@old")
    assert [ask_due(), ask_due()] == [1, 0]
    Verification.objects.filter(state=State.GOING_ON).update(
        state=State.PASSED, torch="2.14.0", finished_at=timezone.now()
    )
    assert ask_due() == 1
    assert Verification.objects.filter(why=Why.SCHEDULED).count() == 2


def test_a_week_makes_a_chapter_due(valkey: Redis) -> None:
    announce(valkey, torch="2.13.0")
    chapter = publish_chapter(write())
    settle(chapter, ago=AGAIN - timedelta(minutes=1))
    assert ask_due() == 0
    Verification.objects.update(finished_at=timezone.now() - AGAIN - timedelta(minutes=1))
    assert ask_due() == 1


def test_what_the_machines_left_open_is_due_sooner() -> None:
    chapter = publish_chapter(write())
    settle(chapter, state=State.UNSETTLED, torch="", ago=AGAIN_UNSETTLED - timedelta(minutes=1))
    assert ask_due() == 0
    Verification.objects.update(finished_at=timezone.now() - AGAIN_UNSETTLED - timedelta(minutes=1))
    assert ask_due() == 1


def test_looking_costs_the_same_for_many_chapters(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(1, 11):
        settle(publish_chapter(write(), f"chapter-{number}", number))
    with django_assert_num_queries(2):  # chapters with their newest verification; what goes on by schedule
        ask_due()


def test_what_nobody_needs_is_forgotten() -> None:
    chapter, ada = publish_chapter(write()), make_student()
    for _ in range(KEEP + 3):
        settle(chapter)
    long_ago = timezone.now() - KEEP_RUNS - timedelta(minutes=1)
    make_run(ada, RunState.SUCCEEDED, errand={}, finished_at=long_ago)
    kept = [make_run(ada, RunState.SUCCEEDED, errand={}), make_run(ada, RunState.SUCCEEDED, finished_at=long_ago)]
    tidy()
    assert Verification.objects.count() == KEEP
    assert set(Run.objects.all()) == set(kept)
