"""Run all code of what is published, and say what does not do what the text says.

The machines of the running site do the work, one run at a time; this command only asks, and shows how it goes. Ctrl-C
ends the command and not the work: called again, it takes up what is under way.

Ends with 0 when everything is as the texts say, with 1 when something is not, with 2 when that could not be found out.
"""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence

from django.core.management.base import CommandError
from redis import RedisError

from apps.courses.models import Chapter
from apps.runs import machines
from apps.verification.asking import ask
from apps.verification.models import Trial, Verification

HELP = __doc__ or ""
LOOK_S = 0.5
Say = Callable[[str], None]
State, Outcome = Verification.State, Trial.Outcome


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("what", nargs="?", default="", metavar="COURSE[/CHAPTER]", help="all that is live without it")


def run(say: Say, *, what: str = "", **options: object) -> None:
    chapters = list(_find(what))
    if not chapters:
        raise CommandError(
            f"Nothing that is published is called “{what}”: give COURSE or COURSE/CHAPTER.", returncode=2
        )
    _check_machines()
    asked = [_ask(chapter, say) for chapter in chapters]
    try:
        verifications = _follow(asked, say)
    except KeyboardInterrupt:
        raise CommandError(
            "It goes on without this command. Call it again to see what comes of it.", returncode=130
        ) from None
    _conclude(verifications, say)


def _find(what: str) -> Iterator[Chapter]:
    course, _, chapter = what.partition("/")
    live = Chapter.objects.filter(live__isnull=False).select_related("course", "live__chapter__course")
    live = live.filter(course__slug=course) if course else live
    live = live.filter(slug=chapter) if chapter else live
    yield from live.order_by("course__slug", "number")


def _check_machines() -> None:
    try:
        there = [machine for machine in machines.list_machines() if machine.slots and not machine.refusal]
    except RedisError:
        there = []
    if not there:
        message = "No machine is there that could run anything: start the site (“make up”), and call this again."
        raise CommandError(message, returncode=2)


def _ask(chapter: Chapter, say: Say) -> int:
    verification, new = ask(revision=chapter.live_revision, why=Verification.Why.ASKED)
    if not new:
        say(f"{_name(chapter)}: under way already")
    return verification.pk


def _follow(asked: Sequence[int], say: Say) -> list[Verification]:
    """Tells of each that is over, in the order in which they end; all of them."""
    told: dict[int, Verification] = {}
    shown = ""
    while len(told) < len(asked):
        for verification in _list_over(asked, told):
            told[verification.pk] = verification
            say(f"{_name(verification.chapter)}: {_sum_up(verification)}")
        left = Trial.objects.filter(verification__in=asked, outcome=Outcome.OPEN).count()
        if left and (line := f"  {left} trial{'s' * (left != 1)} to go …") != shown:
            say(shown := line)
        time.sleep(LOOK_S if len(told) < len(asked) else 0)
    return [told[pk] for pk in asked]


def _list_over(asked: Sequence[int], told: dict[int, Verification]) -> list[Verification]:
    over = Verification.objects.filter(pk__in=asked).exclude(state=State.GOING_ON).exclude(pk__in=told)
    return list(over.select_related("chapter__course").order_by("finished_at"))


def _sum_up(verification: Verification) -> str:
    if verification.state == State.PASSED:
        with_torch = f" on torch {verification.torch}" if verification.torch else ""
        return f"verified{with_torch}: {verification.passed} of {verification.tried} passed"
    words = f"{verification.get_state_display()} ({verification.passed} of {verification.tried} passed)"
    return f"{words}. {verification.message}".rstrip(". ")


def _conclude(verifications: Sequence[Verification], say: Say) -> None:
    for verification in verifications:
        faults = verification.trials.exclude(outcome=Outcome.PASSED).order_by("position")
        for trial in faults:
            where = f"{_name(verification.chapter)}:{trial.line}"
            say(f"{where:<40} {trial.get_kind_display()} {trial.key}: {trial.get_outcome_display()}. {trial.sentence}")
    failed = sum(verification.state == State.FAILED for verification in verifications)
    if failed:
        raise CommandError(f"{failed} of {len(verifications)} not as the text says.", returncode=1)
    if any(verification.state != State.PASSED for verification in verifications):
        raise CommandError("Not everything could be found out: call this again later.", returncode=2)


def _name(chapter: Chapter) -> str:
    return f"{chapter.course.slug}/{chapter.slug}"
