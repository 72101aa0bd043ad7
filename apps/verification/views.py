"""What editors see of whether their chapters are true, and how they have them tried."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from apps.courses.access import EditorRequest, editors_only
from apps.courses.dialect import BadChapter
from apps.courses.models import Chapter

from .access import count_rotten, find_newest, find_try, list_history, list_standings, load_chapter
from .asking import ask, find_writing, try_writing
from .forms import TryingForm
from .models import Verification


@editors_only
@require_safe
def index(request: EditorRequest) -> HttpResponse:
    """Every chapter; in the index of editing, which loads it, the one sentence that counts."""
    template = "verification/_badge.html" if request.htmx else "verification/index.html"
    return render(request, template, {"standings": list_standings(), "rotten": count_rotten()})


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def chapter(request: EditorRequest, course: str, chapter: str) -> HttpResponse:
    """How a chapter stands; by POST it is verified again."""
    loaded = load_chapter(course, chapter)
    if request.method == "POST" and loaded.live is not None:
        ask(revision=loaded.live, why=Verification.Why.ASKED)
        messages.success(request, "It is being verified. This page shows what comes of it.")
        return redirect("verification:chapter", course, chapter)
    context = {"chapter": loaded, "shown": find_newest(loaded), "history": list_history(loaded)}
    template = "verification/_newest.html" if request.htmx else "verification/chapter.html"
    return render(request, template, context)


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def trying(request: EditorRequest, course: str, chapter: str) -> HttpResponse:
    """What came of the code that an editor writes; by POST it is tried."""
    loaded = load_chapter(course, chapter)
    if request.method == "POST":
        return try_text(request, loaded)
    return show(request, loaded)


def try_text(request: EditorRequest, chapter: Chapter) -> HttpResponse:
    form = TryingForm(request.POST)
    if not form.is_valid():
        return show(request, chapter, problems=form.sentences())
    source = form.cleaned_data["source"] or find_writing(chapter=chapter, editor=request.user)
    try:
        try_writing(chapter=chapter, editor=request.user, source=source, everything=form.cleaned_data["everything"])
    except BadChapter as bad:
        return show(request, chapter, problems=[f"Line {line}: {problem}" for line, problem in bad.problems])
    if request.htmx:
        return show(request, chapter)
    return redirect("verification:trying", chapter.course.slug, chapter.slug)


def show(request: EditorRequest, chapter: Chapter, *, problems: list[str] | None = None) -> HttpResponse:
    """The last try; with `problems`, why there is no new one."""
    template = "verification/_trying.html" if request.htmx else "verification/trying.html"
    context = {"chapter": chapter, "shown": find_try(chapter, request.user), "problems": problems or []}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
    return render(request, template, context, status=status)
