"""Courses and their paths: made, arranged and renamed."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.access import is_admin

from ..access import EditorRequest, admins_only, editors_only, load_course, load_editable
from ..announcing import (
    BadPath,
    announce_chapter,
    arrange,
    change_course,
    create_course,
    keep_parts,
    rename_chapter,
    withdraw_chapter,
)
from ..forms import ChapterForm, CourseForm, PlaceForm

MOST_PARTS = 50
LONGEST_TITLE = 120


@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: EditorRequest) -> HttpResponse:
    form = CourseForm(request.POST or None)
    if request.method != "POST":
        return render(request, "editing/course_new.html", {"form": form, "problems": []})
    try:
        if form.is_valid():
            sent = form.cleaned_data
            made = create_course(slug=sent["slug"], title=sent["title"], summary=sent["summary"])
            messages.success(request, f"The course “{made.title}” is there. Announce its first chapter.")
            return redirect("courses:course", made.slug)
        problems = form.sentences()
    except BadPath as bad:
        problems = [str(bad)]
    context = {"form": form, "problems": problems}
    return render(request, "editing/course_new.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@editors_only
@require_safe
def course(request: EditorRequest, course: str) -> HttpResponse:
    return show_course(request, course)


@admins_only
@require_POST
def settings(request: EditorRequest, course: str) -> HttpResponse:
    loaded, form = load_course(course), CourseForm(request.POST)
    try:
        if not form.is_valid():
            return show_course(request, course, form.sentences())
        changed = change_course(course=loaded, actor=request.user, **form.cleaned_data)
    except BadPath as bad:
        return show_course(request, course, [str(bad)])
    messages.success(request, "The course is changed. Links to where it was lead on to where it is now.")
    return redirect("courses:course", changed.slug)


@editors_only
@require_POST
def parts(request: EditorRequest, course: str) -> HttpResponse:
    titles = [title.replace("\0", "").strip()[:LONGEST_TITLE] for title in request.POST.getlist("title")]
    keep_parts(course=load_course(course), titles=titles[:MOST_PARTS])
    messages.success(request, "The parts are kept.")
    return redirect("courses:course", course)


@editors_only
@require_POST
def path(request: EditorRequest, course: str) -> HttpResponse:
    """Every chapter's number and part, from one form."""
    loaded = load_course(course)
    forms = {each.slug: PlaceForm(request.POST, prefix=each.slug) for each in loaded.chapters.all()}
    problems = list(dict.fromkeys(words for form in forms.values() for words in form.sentences()))
    try:
        if not problems:
            arrange(course=loaded, places={slug: form.place for slug, form in forms.items()})
    except BadPath as bad:
        problems = [str(bad)]
    if problems:
        return show_course(request, course, problems)
    messages.success(request, "The path is kept.")
    return redirect("courses:course", course)


@editors_only
@require_POST
def chapters(request: EditorRequest, course: str) -> HttpResponse:
    loaded, form = load_course(course), ChapterForm(request.POST)
    try:
        if not form.is_valid():
            return show_course(request, course, form.sentences())
        announced = announce_chapter(course=loaded, **form.cleaned_data)
    except BadPath as bad:
        return show_course(request, course, [str(bad)])
    messages.success(request, f"“{announced.title}” is announced at the end of the path.")
    return redirect("courses:course", course)


@editors_only
@require_POST
def renaming(request: EditorRequest, course: str, chapter: str) -> HttpResponse:
    loaded, form = load_editable(course, chapter), ChapterForm(request.POST)
    try:
        if not form.is_valid():
            return show_course(request, course, form.sentences())
        renamed = rename_chapter(chapter=loaded, actor=request.user, **form.cleaned_data)
    except BadPath as bad:
        return show_course(request, course, [str(bad)])
    messages.success(request, f"“{renamed.title}” is found at {renamed.slug} now. Links to {chapter} lead on to it.")
    return redirect("courses:course", course)


@editors_only
@require_POST
def withdrawal(request: EditorRequest, course: str, chapter: str) -> HttpResponse:
    loaded = load_editable(course, chapter)
    try:
        withdraw_chapter(chapter=loaded)
    except BadPath as bad:
        return show_course(request, course, [str(bad)])
    messages.success(request, f"“{loaded.title}” is announced no more.")
    return redirect("courses:course", course)


def show_course(request: EditorRequest, slug: str, problems: list[str] | None = None) -> HttpResponse:
    context = {"course": load_course(slug), "problems": problems or [], "is_admin": is_admin(request.user)}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
    return render(request, "editing/course.html", context, status=status)
