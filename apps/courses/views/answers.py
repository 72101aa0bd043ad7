"""Answers that several views of editing give."""

from __future__ import annotations

from http import HTTPStatus
from typing import TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse

from ..access import EditorRequest
from ..dialect import vocabulary
from ..forms import WritingForm
from ..models import Chapter
from ..reading import list_broken_links
from ..writing import Remark, Writing

F = TypeVar("F", bound=WritingForm)


def read_writing(request: EditorRequest, chapter: Chapter, form_class: type[F]) -> tuple[F, Writing]:
    """What was sent, kept for the page even where the form is wrong."""
    form = form_class(request.POST)
    form.is_valid()
    sent = form.cleaned_data
    return form, Writing(
        chapter,
        request.user,
        sent.get("source", request.POST.get("source", "")),
        sent.get("base") or 0,
        sent.get("version"),
        note=request.POST.get("note", ""),
        word=request.POST.get("word", ""),
        remarks=[Remark(0, sentence) for sentence in form.sentences()],
    )


def show_writing(request: EditorRequest, writing: Writing, *, status: HTTPStatus = HTTPStatus.OK) -> HttpResponse:
    """The editing page. What has left the live text and is named elsewhere is said on it, however that text went live:
    nobody else would notice.
    """
    context = {
        "writing": writing,
        "words": vocabulary(),
        "trying_url": find_trying(writing.chapter),
        "linking": list_broken_links(writing.chapter),
    }
    return render(request, "editing/chapter.html", context, status=status)


def refuse_unkept(request: EditorRequest, writing: Writing) -> HttpResponse | None:
    """Keeps the text as draft before anything becomes of it; the page with what is wrong when that cannot be."""
    if writing.remarks:
        return show_writing(request, writing, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if not writing.keep():
        return show_writing(request, writing, status=HTTPStatus.CONFLICT)
    return None


def go_to(place: str, chapter: Chapter, *more: object) -> HttpResponse:
    return redirect(f"courses:{place}", chapter.course.slug, chapter.slug, *more)


def find_trying(chapter: Chapter) -> str:
    """Where a text's listings are run, "" where nothing does."""
    address = reverse("courses:edit", args=[chapter.course.slug, chapter.slug]) + "trying/"
    try:
        resolve(address)
    except Resolver404:
        return ""
    return address


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")
