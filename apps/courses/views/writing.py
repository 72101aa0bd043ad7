"""A chapter is written, looked at, kept as a draft and published."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ..access import (
    EditorRequest,
    editors_only,
    list_editable,
    list_failed,
    list_own_reviews,
    list_waiting,
    load_editable,
)
from ..dialect import Problem, check
from ..drafting import discard_draft
from ..forms import PublishingForm, WritingForm
from ..models import Chapter
from ..presences import find_present, leave, meet
from ..publishing import BadChapter, NeedsReview, StaleBase, publish
from ..writing import Remark, Writing
from .answers import go_to, read_writing, show_writing, wants_json

SHOWN = 5  # of what became of one's own texts


@editors_only
@require_safe
def index(request: EditorRequest) -> HttpResponse:
    context = {
        "courses": list_editable(request.user, find_present()),
        "waiting": list_waiting(request.user),
        "reviews": list_own_reviews(request.user)[:SHOWN],
        "failed": list_failed(request.user)[:SHOWN],
    }
    return render(request, "editing/index.html", context)


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: EditorRequest, course: str, chapter: str) -> HttpResponse:
    loaded = load_editable(course, chapter)
    if request.method == "POST":
        return publish_writing(request, loaded)
    return show_writing(request, Writing.begin(loaded, request.user))


@editors_only
@require_POST
def preview(request: EditorRequest, course: str, chapter: str) -> HttpResponse:
    form, writing = read_writing(request, load_editable(course, chapter), WritingForm)
    if form.is_valid():
        writing.look()
    if request.htmx:
        return render(request, "editing/_preview.html", {"writing": writing})
    return show_writing(request, writing)


@editors_only
@require_POST
def problems(request: EditorRequest, course: str, chapter: str) -> JsonResponse:
    """What the gutter of the editor shows."""
    form, writing = read_writing(request, load_editable(course, chapter), WritingForm)
    if not form.is_valid():
        found = [Problem(1, words) for words in form.sentences()]
    else:
        found = check(writing.source, writing.figures, f"{course}/{chapter}")
    return JsonResponse({"problems": [one._asdict() | vars(one) for one in found]})


@editors_only
@require_POST
def draft(request: EditorRequest, course: str, chapter: str) -> HttpResponse:
    form, writing = read_writing(request, load_editable(course, chapter), WritingForm)
    if not form.is_valid():
        return refuse_draft(request, writing, HTTPStatus.UNPROCESSABLE_ENTITY)
    if not writing.keep():
        return refuse_draft(request, writing, HTTPStatus.CONFLICT)
    if wants_json(request):
        return JsonResponse({"version": str(writing.version)})
    messages.success(request, "Your draft is kept. Readers do not see it.")
    return go_to("edit", writing.chapter)


@editors_only
@require_POST
def discarding(request: EditorRequest, course: str, chapter: str) -> HttpResponse:
    loaded = load_editable(course, chapter)
    discard_draft(chapter=loaded, editor=request.user)
    messages.success(request, "Your draft is gone. This is what readers see.")
    return go_to("edit", loaded)


@editors_only
@require_POST
def presence(request: EditorRequest, course: str, chapter: str) -> HttpResponse:
    """A page says that it is there, or that it goes; who else is there."""
    loaded = load_editable(course, chapter)
    if "leaving" in request.POST:
        leave(chapter=loaded, editor=request.user)
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    others = meet(chapter=loaded, editor=request.user, section=request.POST.get("section", "").replace("\0", ""))
    return render(request, "editing/_presence.html", {"others": others})


def publish_writing(request: EditorRequest, chapter: Chapter) -> HttpResponse:
    """Publishes, or shows why not: the text is in the page then, and in the editor's draft."""
    form, writing = read_writing(request, chapter, PublishingForm)
    if not form.is_valid():
        return show_writing(request, writing, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        published = publish(
            chapter=chapter,
            source=writing.source,
            figures=writing.figures,
            author=request.user,
            note=writing.note,
            base=writing.base,
            draft=writing.version,
        )
    except (BadChapter, StaleBase, NeedsReview) as refusal:
        return refuse(request, writing, refusal)
    new = published.number != writing.base
    messages.success(request, f"Revision {published.number} is live{'' if new else ' already: nothing has changed'}.")
    return go_to("edit", chapter)


def refuse(request: EditorRequest, writing: Writing, refusal: BadChapter | StaleBase | NeedsReview) -> HttpResponse:
    """The page with the text as it was sent, kept as draft, and what stands in its way."""
    status = HTTPStatus.CONFLICT
    match refusal:
        case BadChapter():
            writing.refuse(refusal)
            status = HTTPStatus.UNPROCESSABLE_ENTITY
        case StaleBase(newest=newest):
            writing.stale = newest
        case NeedsReview():
            words = "Not published: in this course another editor approves a text first. Ask for a review below."
            writing.remarks = [Remark(0, words)]
    writing.keep()
    return show_writing(request, writing, status=status)


def refuse_draft(request: EditorRequest, writing: Writing, status: HTTPStatus) -> HttpResponse:
    if not wants_json(request):
        return show_writing(request, writing, status=status)
    newer = writing.newer
    offer = {"source": newer.source, "version": str(newer.version), "base": newer.base} if newer else {}
    return JsonResponse({"error": writing.remarks[0].message, "offer": offer}, status=status)
