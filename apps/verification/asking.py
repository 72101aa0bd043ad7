"""Having a text verified: a published revision, or what an editor is writing."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.courses.access import find_draft
from apps.courses.dialect import BadChapter, compile_chapter
from apps.courses.drafting import begin_text
from apps.courses.models import Chapter, Revision
from apps.runs import stopping

from .advancing import advance_soon
from .models import Trial, Verification
from .planning import plan

Why, State = Verification.Why, Verification.State


def ask(*, revision: Revision, why: Verification.Why) -> tuple[Verification, bool]:
    """Have a published revision verified, and True; the one that is going on already, more urgent where this is, and False."""
    trials, message = _plan(revision)
    with transaction.atomic():
        chapter = Chapter.objects.select_for_update(no_key=True).get(pk=revision.chapter_id)
        known = Verification.objects.filter(revision=revision, state=State.GOING_ON).first()
        if known is not None:
            if why < known.why:
                Verification.objects.filter(pk=known.pk).update(why=why)
            advance_soon()
            return known, False
        asked = Verification.objects.create(chapter=chapter, revision=revision, why=why, message=message)
        _keep(asked, trials)
        advance_soon()
    return asked, True


def try_writing(*, chapter: Chapter, editor: User, source: str, everything: bool = False) -> Verification:
    """Have what an editor is writing tried, in place of their last try; what has passed before is taken as it was.

    `everything` runs that again, too. Raises `BadChapter` for a text that cannot be read.
    """
    live = chapter.live
    address = f"{chapter.course.slug}/{chapter.slug}"
    trials = plan(compile_chapter(source, figures=live.figures if live else {}, address=address))
    with transaction.atomic():
        chapter = Chapter.objects.select_for_update(no_key=True).get(pk=chapter.pk)
        known = {} if everything else _find_passed(chapter, trials)
        forget_try(chapter=chapter, editor=editor)
        tried = Verification.objects.create(chapter=chapter, editor=editor, why=Why.WRITING)
        _keep(tried, [_settle_known(trial, known) for trial in trials])
        advance_soon()
    return tried


def find_writing(*, chapter: Chapter, editor: User) -> str:
    """What the editor last kept of this chapter, or the live text. One query."""
    draft = find_draft(chapter, editor)
    return draft.source if draft else begin_text(chapter)


def forget_try(*, chapter: Chapter, editor: User) -> None:
    """Within a transaction: the editor's last try is gone, and what still runs for it is stopped."""
    before = Verification.objects.filter(chapter=chapter, editor=editor, why=Why.WRITING).first()
    if before is None:
        return
    for trial in before.trials.filter(outcome=Trial.Outcome.OPEN, run__isnull=False).select_related("run"):
        if trial.run is not None:
            stopping.stop(run=trial.run)
    before.delete()


def _plan(revision: Revision) -> tuple[list[Trial], str]:
    """A text that was published under older rules may not be read by those of today."""
    chapter = revision.chapter
    try:
        address = f"{chapter.course.slug}/{chapter.slug}"
        return plan(compile_chapter(revision.source, figures=revision.figures, address=address)), ""
    except BadChapter as bad:
        line, problem = bad.problems[0]
        return [], f"Line {line} cannot be read any more: {problem}"


def _keep(verification: Verification, trials: Iterable[Trial]) -> None:
    for trial in (kept := list(trials)):
        trial.verification = verification
    Trial.objects.bulk_create(kept)
    Verification.objects.filter(pk=verification.pk).update(tried=len(kept), started_at=timezone.now())


def _find_passed(chapter: Chapter, trials: Iterable[Trial]) -> dict[str, Trial]:
    """What was tried of this chapter before and passed, by its fingerprint."""
    same = Trial.objects.filter(
        verification__chapter=chapter,
        fingerprint__in=[trial.fingerprint for trial in trials],
        outcome=Trial.Outcome.PASSED,
    )
    return {trial.fingerprint: trial for trial in same.order_by("pk")}


def _settle_known(trial: Trial, known: dict[str, Trial]) -> Trial:
    if before := known.get(trial.fingerprint):
        trial.outcome, trial.sentence = before.outcome, before.sentence
        trial.got, trial.torch, trial.device = before.got, before.torch, before.device
    return trial
