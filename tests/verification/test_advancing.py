"""Verifications take their turn as one student does, and are finished by repetition, whatever dies on the way."""

from __future__ import annotations

import uuid
from typing import Any

from django.test import override_settings
from redis import Redis

from apps.runs.models import Run
from apps.runs.recording import record_finish
from apps.runs.starting import start
from apps.runs.states import ACTIVE
from apps.verification.advancing import MOST_ATTEMPTS, advance_all
from apps.verification.models import Condition, Trial, Verification
from tests.courses.texts import publish_text, replaced
from tests.runs.builders import announce, make_finished, make_student, sent_jobs
from tests.verification.chapters import outcomes, publish_chapter, verify, write
from tests.verification.machines import Commit, finish
from workers.protocol import Graded, State

Outcome, Why = Trial.Outcome, Verification.Why
MISSED = Graded(name="It doubles", passed=False, message="")


def under_way() -> list[Run]:
    return list(Run.objects.filter(errand__isnull=False, state__in=ACTIVE))


def begin(commit: Commit, slug: str = "first", number: int = 1, why: Verification.Why = Why.ASKED) -> Verification:
    with commit():
        return verify(publish_chapter(write(), slug, number), why)


def finish_all(commit: Commit, **changes: Any) -> int:
    """A machine answers every errand alike, until none is left; how many there were."""
    count = 0
    while runs := under_way():
        finish(commit, runs[0], **changes)
        count += 1
    return count


def test_a_course_is_verified_one_run_at_a_time(valkey: Redis, commit: Commit) -> None:
    announce(valkey, slots=2)
    for number in range(1, 6):
        begin(commit, f"chapter-{number}", number)
    assert len(under_way()) == 1

    with commit():
        run, _ = start(user=make_student(), code="print(1)", project=None, client_token=uuid.uuid4())
    assert run.sent_at is not None  # the second slot is the student's at once

    finish(commit, under_way()[0])
    assert len(under_way()) == 1
    assert len(sent_jobs(valkey)) == 3


def test_a_student_waits_for_no_more_than_a_turn(valkey: Redis, commit: Commit) -> None:
    """One slot, and everything that may lie ahead of it is taken: the verification has one run there, not forty."""
    announce(valkey, slots=1)
    for number in range(1, 11):
        begin(commit, f"chapter-{number}", number)
    for name in ("ada", "bob", "eve"):
        with commit():
            run, _ = start(user=make_student(name), code="print(1)", project=None, client_token=uuid.uuid4())
    assert run.sent_at is None

    finish(commit, under_way()[0])  # the next of the verification's joins the queue behind her
    run.refresh_from_db()
    assert run.sent_at is not None
    assert [each.sent_at for each in under_way()] == [None]


def test_who_waits_for_it_comes_first(valkey: Redis, commit: Commit) -> None:
    scheduled = begin(commit, "first", 1, Why.SCHEDULED)
    published = begin(commit, "third", 3, Why.PUBLISHED)
    asked = begin(commit, "fourth", 4, Why.ASKED)
    order = []
    while runs := under_way():
        trial = Trial.objects.filter(run=runs[0]).first()
        assert trial is not None
        order.append(trial.verification_id)
        finish(commit, runs[0], checks=[MISSED])
    # What was under way when the others came is not interrupted.
    assert order == [scheduled.pk, *[asked.pk] * 4, *[published.pk] * 4, *[scheduled.pk] * 3]


def test_asking_again_takes_up_what_is_under_way(commit: Commit) -> None:
    verification = begin(commit, why=Why.SCHEDULED)
    with commit():
        again = verify(verification.chapter)
    verification.refresh_from_db()
    assert (again.pk, verification.why, Verification.objects.count()) == (verification.pk, Why.ASKED, 1)
    assert len(under_way()) == 1


def test_an_end_that_nobody_told_of_is_found_by_the_sweep(commit: Commit) -> None:
    """The control process is killed after it has recorded an end, and before it went on."""
    verification = begin(commit)
    [run] = under_way()
    record_finish(make_finished(run, metrics={"loss": {"last": 0.5}}, torch="2.13.0"))  # nothing follows its commit
    assert Outcome.PASSED not in outcomes(verification).values()
    for _ in range(2):
        with commit():
            advance_all()
    assert next(iter(outcomes(verification).values())) != Outcome.OPEN
    assert (len(under_way()), Run.objects.count()) == (1, 2)


def test_a_death_between_sending_and_noting_it_makes_no_double(commit: Commit) -> None:
    """A repeated step sends the same run again."""
    verification = begin(commit)
    [run] = under_way()
    Trial.objects.update(run=None, attempts=0)  # as before the step, but for a run that was committed all the same
    with commit():
        advance_all()
    finish(commit, run)
    with commit():
        advance_all()
    assert Trial.objects.filter(verification=verification, run=run).exists()
    assert Run.objects.filter(pk=run.pk).count() == 1


def test_what_the_machines_failed_to_run_is_sent_again_and_is_not_the_text_s_fault(commit: Commit) -> None:
    verification = begin(commit)
    assert finish_all(commit, outcome=State.REFUSED, message="No machine.") == 4 * MOST_ATTEMPTS
    verification.refresh_from_db()
    assert set(outcomes(verification).values()) == {Outcome.OURS}
    assert verification.state == Verification.State.UNSETTLED
    assert not Condition.objects.exists()


def test_two_versions_of_torch_in_one_verification_settle_nothing(commit: Commit) -> None:
    verification = begin(commit)
    for version in ("2.13.0", "2.14.0", "2.14.0", "2.14.0"):
        finish(commit, under_way()[0], torch=version, checks=[MISSED])
    verification.refresh_from_db()
    assert verification.torch == "2.13.0, 2.14.0"
    assert not Condition.objects.filter(state=Condition.State.SOUND).exists()


def test_a_text_that_is_not_live_any_more_is_dropped(commit: Commit) -> None:
    verification = begin(commit)
    publish_text(verification.chapter, replaced(("Done.", "Better.")), base=1)
    finish(commit, under_way()[0])
    verification.refresh_from_db()
    assert (verification.state, under_way()) == (Verification.State.DROPPED, [])


def test_a_full_site_is_not_made_fuller(commit: Commit) -> None:
    with override_settings(MAX_UNFINISHED_RUNS=0):
        verification = begin(commit)
        assert under_way() == []
    with commit():
        advance_all()
    assert len(under_way()) == 1
    assert not verification.is_over
