"""Editors hear of what rotted once, and once more when it is well."""

from __future__ import annotations

from smtplib import SMTPException
from unittest.mock import patch

import pytest
from django.core import mail
from django.utils import timezone

from apps.accounts.models import Role
from apps.courses.models import Chapter
from apps.verification import tasks
from apps.verification.models import Condition, Trial, Verification
from apps.verification.reporting import PATIENCE
from tests.courses.texts import build_editor
from tests.verification.chapters import live, publish_chapter, write

State = Verification.State


@pytest.fixture(autouse=True)
def _people(settings: object) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"  # type: ignore[attr-defined]
    build_editor()
    build_editor("sam@example.org", Role.STUDENT)


def stand(chapter: Chapter, state: Condition.State) -> None:
    """A verification has settled it so."""
    rotten = state == Condition.State.ROTTEN
    verification = Verification.objects.create(
        chapter=chapter,
        revision=live(chapter),
        why=Verification.Why.SCHEDULED,
        state=State.FAILED if rotten else State.PASSED,
        finished_at=timezone.now(),
    )
    facts = {"position": 0, "errand": 0, "key": "adding", "kind": Trial.Kind.LISTING, "line": 27}
    told = {"outcome": Trial.Outcome.FAILED, "sentence": "It prints something else."}
    if rotten:
        Trial.objects.create(verification=verification, **facts, **told)
    found = {"revision": live(chapter), "verification": verification, "state": state, "since": timezone.now()}
    Condition.objects.update_or_create(chapter=chapter, defaults=found)


def test_a_change_is_told_once_and_a_chapter_that_was_always_sound_never() -> None:
    chapter = publish_chapter(write())
    stand(chapter, Condition.State.SOUND)
    tasks.tell_editors()
    assert mail.outbox == []

    for _ in range(2):
        stand(chapter, Condition.State.ROTTEN)
        tasks.tell_editors()
    [told] = mail.outbox
    assert (told.to, told.bcc) == ([], ["edith@example.org"])
    assert told.subject == "Kindling: “A small chapter” is not as its text says"
    assert "line 27, Listing adding: It prints something else." in told.body
    assert "/editing/verification/" in told.body

    stand(chapter, Condition.State.SOUND)
    tasks.tell_editors()
    tasks.tell_editors()
    assert mail.outbox[1].subject == "Kindling: chapters are as their texts say again"
    assert len(mail.outbox) == 2


def test_many_changes_make_one_mail_after_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    chapters = [publish_chapter(write(), f"chapter-{number}", number) for number in (1, 2, 3)]
    for chapter in chapters[:2]:
        stand(chapter, Condition.State.ROTTEN)
    going_on = Verification.objects.create(chapter=chapters[2], revision=live(chapters[2]), why="scheduled")
    tasks.tell_editors()
    assert mail.outbox == []

    Verification.objects.filter(pk=going_on.pk).update(state=State.PASSED, finished_at=timezone.now())
    tasks.tell_editors()
    assert [told.subject for told in mail.outbox] == ["Kindling: 2 chapters are not as their texts say"]


def test_nobody_waits_for_the_others_for_ever() -> None:
    chapter = publish_chapter(write())
    stand(chapter, Condition.State.ROTTEN)
    other = publish_chapter(write(), "third", 3)
    Verification.objects.create(chapter=other, revision=live(other), why="scheduled")
    Condition.objects.update(since=timezone.now() - PATIENCE)
    tasks.tell_editors()
    assert len(mail.outbox) == 1


def test_a_mail_that_cannot_be_sent_is_sent_later() -> None:
    stand(publish_chapter(write()), Condition.State.ROTTEN)
    with patch("django.core.mail.EmailMessage.send", side_effect=SMTPException("away")):
        tasks.tell_editors()
    assert Condition.objects.get().told == Condition.State.SOUND
    tasks.tell_editors()
    assert len(mail.outbox) == 1
