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

from apps.accounts.access import is_editor
from apps.accounts.models import User

from .models import Chapter, Course, Draft, Revision

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


def list_editable(editor: User) -> QuerySet[Course]:
    """Every course with all its chapters, each with `live` and the editor's own drafts. Three queries."""
    drafts = Prefetch("drafts", queryset=Draft.objects.filter(editor=editor).defer("source"))
    live = [f"live__{field}" for field in TEXTS]
    chapters = Chapter.objects.select_related("live__author").defer(*live).prefetch_related(drafts).order_by("number")
    return Course.objects.prefetch_related(Prefetch("chapters", queryset=chapters))


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
