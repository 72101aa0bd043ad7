"""What editors may look at, loaded for them. Who is an editor, `apps.courses.access` says."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet
from django.shortcuts import get_object_or_404

from apps.accounts.models import User
from apps.courses.models import Chapter

from .models import Condition, Trial, Verification

HEAVY = ("live__source", "live__figures", "live__html", "live__outline", "live__quizzes", "live__projects")


@dataclass(frozen=True, slots=True)
class Standing:
    """A live chapter; `condition` may be that of an earlier text, and is None while nothing is known."""

    chapter: Chapter
    condition: Condition | None
    under_way: bool

    @property
    def is_known(self) -> bool:
        """Whether the condition is that of what readers see."""
        return self.condition is not None and self.condition.revision_id == self.chapter.live_id


@dataclass(frozen=True, slots=True)
class Shown:
    """A verification with its trials, those that need an editor first."""

    verification: Verification
    trials: list[Trial]

    @property
    def broken(self) -> list[Trial]:
        return [trial for trial in self.trials if trial.outcome not in (Trial.Outcome.PASSED, Trial.Outcome.OPEN)]

    @property
    def open(self) -> int:
        return sum(trial.outcome == Trial.Outcome.OPEN for trial in self.trials)


def list_standings() -> list[Standing]:
    """Every live chapter with its course, its condition, and whether one is under way. One query."""
    going_on = Verification.objects.filter(revision=OuterRef("live"), state=Verification.State.GOING_ON)
    chapters = Chapter.objects.filter(live__isnull=False).select_related("course", "live", "condition__verification")
    found = chapters.defer(*HEAVY).annotate(under_way=Exists(going_on)).order_by("course", "number")
    return [Standing(chapter, getattr(chapter, "condition", None), chapter.under_way) for chapter in found]


def count_rotten() -> int:
    """Chapters whose live text does not hold what it says. One query."""
    return Condition.objects.filter(state=Condition.State.ROTTEN, revision=F("chapter__live")).count()


def load_chapter(course: str, chapter: str) -> Chapter:
    """A chapter, live or not, with its course and live revision, or 404. One query."""
    chapters = Chapter.objects.select_related("course", "live")
    return get_object_or_404(chapters, course__slug=course, slug=chapter)


def find_newest(chapter: Chapter) -> Shown | None:
    """The newest verification of any revision that is or was live. Two queries."""
    newest = chapter.verifications.filter(revision__isnull=False).select_related("revision").order_by("-id").first()
    return _show(newest)


def list_history(chapter: Chapter) -> QuerySet[Verification]:
    """Newest first, without what is still going on. One query."""
    over = chapter.verifications.filter(revision__isnull=False).exclude(state=Verification.State.GOING_ON)
    return over.select_related("revision").defer("revision__source", "revision__html").order_by("-id")


def find_try(chapter: Chapter, editor: User) -> Shown | None:
    """What this editor last had tried of what they write. Two queries."""
    tried = chapter.verifications.filter(editor=editor).first()
    return _show(tried)


def describe_course(course: str) -> str:
    """What a course's page may claim of its live chapters, "" while none of them is verified. One query."""
    stamped = Q(condition__revision=F("live")) & ~Q(condition__stamp="")
    sums = Chapter.objects.filter(course__slug=course, live__isnull=False).aggregate(
        readable=Count("pk"),
        stamped=Count("pk", filter=stamped),
        torch=Max("condition__verification__torch", filter=stamped),
        other=Min("condition__verification__torch", filter=stamped),
        since=Min("condition__verification__finished_at", filter=stamped),
    )
    if not sums["stamped"]:
        return ""
    torch = sums["torch"] if sums["torch"] == sums["other"] else f"{sums['other']} to {sums['torch']}"
    which = (
        "Every chapter" if sums["readable"] == sums["stamped"] else f"{sums['stamped']} of {sums['readable']} chapters"
    )
    return f"{which} verified on torch {torch}, {sums['since'].day} {sums['since']:%B %Y}"


def _show(verification: Verification | None) -> Shown | None:
    return Shown(verification, list(verification.trials.order_by("position"))) if verification else None
