"""A student's notes and bookmarks: all of them, those of a chapter, and what the chapter page's script asks."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.http import conditional_page, require_http_methods, require_POST, require_safe

from apps.courses.models import Chapter

from .access import (
    StudentRequest,
    asks_for_json,
    find_section,
    list_bookmarks,
    list_notes,
    load_chapter,
    load_note,
    load_removed,
    students_only,
)
from .bookmarks import set_bookmark, take_bookmark
from .forms import BookmarkForm, ChangeForm, NoteForm, SearchForm, SectionNoteForm, read_json, require_valid
from .keeping import bring_back, change, keep, remove
from .models import Note
from .refusals import Overtaken, Refusal
from .shelves import describe, describe_bookmark, shelve, write_markdown

P = ParamSpec("P")
PER_PAGE = 100


def told(
    view: Callable[Concatenate[StudentRequest, P], HttpResponse],
) -> Callable[Concatenate[StudentRequest, P], HttpResponse]:
    """Refusals as JSON, where what was overtaken shows what stands there now; to people on the page of their notes."""

    @wraps(view)
    def answer(request: StudentRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Refusal as refusal:
            if not asks_for_json(request):
                messages.error(request, str(refusal))
                return redirect("notes:index")
            newest = {"newest": describe(refusal.newest)} if isinstance(refusal, Overtaken) else {}
            return JsonResponse({"error": str(refusal), **newest}, status=refusal.status)

    return answer


@require_safe
@students_only
def index(request: StudentRequest) -> HttpResponse:
    asked = SearchForm(request.GET)
    words, number, removed = (
        (asked.cleaned_data[name] for name in ("q", "page", "removed")) if asked.is_valid() else ("", 1, None)
    )
    page = Paginator(list_notes(request.user, words=words), PER_PAGE).get_page(number or 1)
    context = {
        "words": words,
        "page": page,
        "shelves": shelve(page),
        "bookmarks": [describe_bookmark(each) for each in list_bookmarks(request.user)],
        "removed": removed and Note.objects.filter(user=request.user, pk=removed, removed_at__isnull=False).first(),
    }
    return render(request, "notes/index.html", context)


@require_safe
@students_only
def export(request: StudentRequest) -> HttpResponse:
    site = request.build_absolute_uri("/").rstrip("/")
    text = write_markdown(list_notes(request.user), list_bookmarks(request.user), site=site)
    headers = {"Content-Disposition": 'attachment; filename="kindling-notes.md"'}
    return HttpResponse(text, content_type="text/markdown; charset=utf-8", headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
@students_only
def chapter(request: StudentRequest, course: str, chapter: str) -> HttpResponse:
    """The notes of a chapter as a page, and a form for another on one of its sections: it needs no script."""
    found = load_chapter(course, chapter)
    if request.method != "POST":
        return show_chapter(request, found, SectionNoteForm(found))
    form = SectionNoteForm(found, request.POST)
    if form.is_valid() and submit(request, found, form):
        return redirect("notes:chapter", course, chapter)
    return show_chapter(request, found, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def submit(request: StudentRequest, chapter: Chapter, form: NoteForm) -> Note | None:
    try:
        return keep_sent(request, chapter, form)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return None


def keep_sent(request: StudentRequest, chapter: Chapter, form: NoteForm) -> Note:
    sent = form.cleaned_data
    section = find_section(chapter, sent["section"])
    words: dict[str, Any] = {name: sent[name] for name in ("kind", "body", "client_token")}
    return keep(user=request.user, chapter=chapter, section=section, passage=form.read_passage(), **words)


def show_chapter(request: StudentRequest, chapter: Chapter, form: NoteForm, *, status: int = 200) -> HttpResponse:
    context = {"chapter": chapter, "form": form, "notes": list(list_notes(request.user, chapter))}
    return render(request, "notes/chapter.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@students_only
@conditional_page
@told
def kept(request: StudentRequest, course: str, chapter: str) -> HttpResponse:
    """What the student keeps in a chapter; by POST, one note more."""
    found = load_chapter(course, chapter)
    if request.method == "POST":
        form = NoteForm(read_json(request))
        require_valid(form)
        return JsonResponse(describe(keep_sent(request, found, form)), status=HTTPStatus.CREATED)
    marks = [describe_bookmark(each).section for each in list_bookmarks(request.user, found)]
    return JsonResponse({"notes": [describe(each) for each in list_notes(request.user, found)], "bookmarks": marks})


@require_http_methods(["GET", "HEAD", "POST"])
@students_only
@told
def note(request: StudentRequest, note_id: int) -> HttpResponse:
    """One note, to be changed: by a script in JSON, or by the form of its page."""
    found = load_note(request.user, note_id)
    if asks_for_json(request):
        form = ChangeForm(read_json(request))
        require_valid(form)
        return JsonResponse(describe(change(note=found, **form.cleaned_data)))
    if request.method == "POST":
        return change_plainly(request, found)
    return show_note(request, found, ChangeForm(initial=vars(found)))


def change_plainly(request: StudentRequest, note: Note) -> HttpResponse:
    form = ChangeForm(request.POST)
    try:
        if form.is_valid():
            change(note=note, **form.cleaned_data)
            return redirect("notes:chapter", note.chapter.course.slug, note.chapter.slug)
    except Refusal as refusal:
        form = ChangeForm(
            {**request.POST.dict(), "edition": note.edition}
        )  # what was typed, on top of what is there now
        form.add_error(None, str(refusal))
    return show_note(request, note, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def show_note(request: StudentRequest, note: Note, form: ChangeForm, *, status: int = 200) -> HttpResponse:
    return render(request, "notes/note.html", {"note": note, "form": form}, status=status)


@require_POST
@students_only
def removal(request: StudentRequest, note_id: int) -> HttpResponse:
    """Removing twice is removing once."""
    found = Note.objects.filter(user=request.user, pk=note_id, removed_at__isnull=True).first()
    if found:
        remove(note=found)
    if asks_for_json(request):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    index = resolve_url("notes:index")
    return redirect(f"{index}?removed={note_id}" if found else index)


@require_POST
@students_only
@told
def undoing(request: StudentRequest, note_id: int) -> HttpResponse:
    found = load_removed(request.user, note_id)
    bring_back(note=found)
    if asks_for_json(request):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return redirect("notes:chapter", found.chapter.course.slug, found.chapter.slug)


@require_POST
@students_only
@told
def bookmark(request: StudentRequest, course: str, chapter: str) -> HttpResponse:
    """Sets a bookmark or takes it away: on the chapter, or on the section that is named."""
    found = load_chapter(course, chapter)
    form = BookmarkForm(read_json(request) if asks_for_json(request) else request.POST)
    require_valid(form)
    key = form.cleaned_data["section"]
    section = find_section(found, key) if key else None
    if not key or section:
        act = set_bookmark if form.cleaned_data["kept"] else take_bookmark
        act(user=request.user, chapter=found, section=section)
    if asks_for_json(request):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return redirect("notes:index")
