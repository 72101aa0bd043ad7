"""Who may write, and what there is to be written. Reading needs no permission: see `reading.py`."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django_htmx.middleware import HtmxDetails

from apps.accounts.access import is_admin, is_editor
from apps.accounts.models import User

from .models import Chapter, Course, Draft, Presence, Review, Revision, Schedule

P = ParamSpec("P")
TEXTS = ("source", "figures", "html", "outline", "quizzes", "projects")


class EditorRequest(HttpRequest):
    """A request that `editors_only` has let through."""

    user: User
    htmx: HtmxDetails


def may_edit(user: User | AnonymousUser) -> bool:
    """Editors and admins write chapters; nobody else sees the pages for it."""
    return is_editor(user)


def editors_only(
    view: Callable[Concatenate[EditorRequest, P], HttpResponse],
) -> Callable[Concatenate[EditorRequest, P], HttpResponse]:
    """Visitors are asked to log in, everybody else who may not edit gets a 403; no answer is kept by any cache."""

    @wraps(view)
    def guarded(request: EditorRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not may_edit(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return never_cache(guarded)


def admins_only(
    view: Callable[Concatenate[EditorRequest, P], HttpResponse],
) -> Callable[Concatenate[EditorRequest, P], HttpResponse]:
    """As `editors_only`, but other editors get a 403, too."""

    @wraps(view)
    def guarded(request: EditorRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.user.is_authenticated and not is_admin(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return editors_only(guarded)


def may_decide(user: User, review: Review) -> bool:
    """Any editor but its author: nobody approves their own text."""
    return may_edit(user) and review.author_id != user.pk


def list_editable(editor: User, present: QuerySet[Presence]) -> QuerySet[Course]:
    """Every course with all its chapters, each with `live`, the editor's own drafts, what waits to go live, and who of
    `present` is there. Five queries.
    """
    live = [f"live__{field}" for field in TEXTS]
    chapters = Chapter.objects.select_related("live").defer(*live).order_by("number")
    pending = Schedule.objects.filter(state=Schedule.State.PENDING).select_related("author").defer("source", "figures")
    chapters = chapters.prefetch_related(
        Prefetch("drafts", queryset=Draft.objects.filter(editor=editor).defer("source", "figures")),
        Prefetch("schedules", queryset=pending),
        Prefetch("presences", queryset=present),
    )
    return Course.objects.prefetch_related(Prefetch("chapters", queryset=chapters))


def list_waiting(editor: User) -> QuerySet[Review]:
    """The texts that others ask to be reviewed, the oldest first. One query."""
    return list_reviews().filter(state=Review.State.OPEN).exclude(author=editor).order_by("created_at")


def list_own_reviews(author: User) -> QuerySet[Review]:
    """What the author handed in, the newest first. One query."""
    return list_reviews().filter(author=author).exclude(state=Review.State.WITHDRAWN)


def list_reviews() -> QuerySet[Review]:
    reviews = Review.objects.select_related("chapter__course", "author", "decided_by", "revision", "schedule")
    heavy = [f"revision__{field}" for field in TEXTS]
    return reviews.defer("source", "figures", *heavy)


def list_failed(author: User) -> QuerySet[Schedule]:
    """The author's texts that could not go live at their time, the newest first. One query."""
    failed = Schedule.objects.filter(author=author, state=Schedule.State.FAILED)
    return failed.select_related("chapter__course").defer("source", "figures")


def load_review(pk: int) -> Review:
    """A review with its text, its chapter and what is live there, or 404. One query."""
    return get_object_or_404(
        Review.objects.select_related(
            "chapter__course", "chapter__live", "author", "decided_by", "revision", "schedule"
        ),
        pk=pk,
    )


def find_open_review(chapter: Chapter, author: User) -> Review | None:
    """What the author handed in last for this chapter, unless it went live or was taken back. One query."""
    newest = list_own_reviews(author).filter(chapter=chapter).first()
    return newest if newest and newest.state != Review.State.APPROVED else None


def find_pending(chapter: Chapter) -> Schedule | None:
    """The text that is to go live in this chapter. One query."""
    pending = Schedule.objects.filter(chapter=chapter, state=Schedule.State.PENDING)
    return pending.select_related("author", "chapter__course").first()


def load_course(slug: str) -> Course:
    """A course with its parts, and its chapters in their order with `live` and `part`, or 404. Three queries."""
    live = [f"live__{field}" for field in TEXTS]
    chapters = Chapter.objects.select_related("live", "part").defer(*live).order_by("number")
    courses = Course.objects.prefetch_related("parts", Prefetch("chapters", queryset=chapters))
    return get_object_or_404(courses, slug=slug)


def load_editable(course: str, chapter: str) -> Chapter:
    """A chapter, readable or only announced, with its course and live revision, or 404. One query."""
    chapters = Chapter.objects.select_related("course", "live")
    return get_object_or_404(chapters, course__slug=course, slug=chapter)


def load_revision(chapter: Chapter, number: int) -> Revision:
    return get_object_or_404(Revision.objects.select_related("author"), chapter=chapter, number=number)


def list_revisions(chapter: Chapter) -> QuerySet[Revision]:
    """The history of a chapter, newest first, without its texts. One query."""
    return chapter.revisions.select_related("author").defer(*TEXTS).order_by("-number")


def find_draft(chapter: Chapter, editor: User) -> Draft | None:
    return Draft.objects.filter(chapter=chapter, editor=editor).first()
