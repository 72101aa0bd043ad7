"""Notes and bookmarks belong to one student: every loader takes whose they are, and finds nothing of anybody else."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, resolve_url
from django.views.decorators.cache import cache_control

from apps.accounts.models import User
from apps.courses.models import Chapter, Item

from .models import Bookmark, Note

P = ParamSpec("P")
LOG_IN = "Log in to keep notes and bookmarks: they are yours alone, on every device."
HEAVY = ("source", "figures", "html", "outline", "quizzes", "projects", "terms")

private = cache_control(private=True, no_cache=True)
"""Kept by the student's own browser only, and asked for each time."""


class StudentRequest(HttpRequest):
    """A request that `students_only` has let through."""

    user: User


def students_only(
    view: Callable[Concatenate[StudentRequest, P], HttpResponse],
) -> Callable[Concatenate[StudentRequest, P], HttpResponse]:
    """Visitors are asked to log in: scripts in JSON, people by being led to the form and back."""

    @wraps(view)
    def guarded(request: StudentRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if asks_for_json(request):
            return JsonResponse({"error": LOG_IN, "login_url": resolve_url("account_login")}, status=401)
        return redirect_to_login(request.get_full_path() if request.method == "GET" else find_return(kwargs))

    return private(guarded)


def asks_for_json(request: HttpRequest) -> bool:
    return request.path.endswith(".json") or request.content_type == "application/json"


def find_return(place: dict[str, object]) -> str:
    """Where a form that a visitor sent leads after logging in: to its chapter, or to all notes."""
    if {"course", "chapter"} <= place.keys():
        return resolve_url("progress:chapter", place["course"], place["chapter"])
    return resolve_url("notes:index")


def load_chapter(course: str, chapter: str) -> Chapter:
    """A readable chapter with its course and the outline of its live text, or 404. One query."""
    chapters = Chapter.objects.select_related("course", "live").only(
        "slug", "number", "course__slug", "course__title", "live__title", "live__outline"
    )
    return get_object_or_404(chapters, course__slug=course, slug=chapter, live__isnull=False)


def find_section(chapter: Chapter, key: str) -> Item | None:
    """A section of the chapter, one retired by an edit included. One query."""
    return Item.objects.filter(chapter=chapter, key=key, kind=Item.Kind.SECTION).first()


def list_notes(user: User, chapter: Chapter | None = None, *, words: str = "") -> QuerySet[Note]:
    """Notes in the order of the path, those that hold `words` if any are given; section and course joined. One query."""
    notes = Note.objects.filter(user=user, removed_at__isnull=True).select_related("section", "chapter__course")
    notes = notes.filter(chapter=chapter) if chapter else notes
    for word in words.split():
        notes = notes.filter(Q(quote__icontains=word) | Q(body__icontains=word))
    return notes.order_by(
        "chapter__course__title", "chapter__course", "chapter__number", "section__position", "start", "id"
    )


def load_note(user: User, note_id: int) -> Note:
    """A note of this student that was not removed, or 404. One query."""
    return get_object_or_404(
        Note.objects.select_related("section", "chapter__course"), user=user, pk=note_id, removed_at__isnull=True
    )


def load_removed(user: User, note_id: int) -> Note:
    return get_object_or_404(Note, user=user, pk=note_id, removed_at__isnull=False)


def list_bookmarks(user: User, chapter: Chapter | None = None) -> QuerySet[Bookmark]:
    """Bookmarks that lead somewhere, newest first, with section and course. One query."""
    marks = Bookmark.objects.filter(user=user, chapter__live__isnull=False).select_related("section", "chapter__course")
    marks = marks.filter(chapter=chapter) if chapter else marks
    return marks.order_by("-created_at", "-id")
