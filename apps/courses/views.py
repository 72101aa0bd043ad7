"""Editing: chapters are written, looked at, published and brought back in the browser."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .access import EditorRequest, editors_only, find_draft, list_editable, list_revisions, load_editable, load_revision
from .comparing import compare
from .dialect import BadChapter
from .drafting import begin_text, discard_draft, keep_draft
from .forms import RestoringForm, WritingForm
from .models import Chapter, Revision
from .publishing import StaleBase, publish
from .writing import Remark, Writing


@editors_only
@require_safe
def index(request: EditorRequest) -> HttpResponse:
    return render(request, "editing/index.html", {"courses": list_editable(request.user)})


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: EditorRequest, course: str, chapter: str) -> HttpResponse:
    loaded = load_editable(course, chapter)
    if request.method == "POST":
        return publish_writing(request, loaded)
    draft, base = find_draft(loaded, request.user), loaded.live.number if loaded.live else 0
    if draft:
        return show(request, Writing(loaded, draft.source, draft.base, draft=draft))
    return show(request, Writing(loaded, begin_text(loaded), base))


@editors_only
@require_POST
def preview(request: EditorRequest, course: str, chapter: str) -> HttpResponse:
    form, writing = read_writing(request, load_editable(course, chapter))
    if form.is_valid():
        writing.look()
    template = "editing/_preview.html" if request.htmx else "editing/chapter.html"
    return render(request, template, {"writing": writing})


@editors_only
@require_POST
def draft(request: EditorRequest, course: str, chapter: str) -> HttpResponse:
    form, writing = read_writing(request, load_editable(course, chapter))
    if not form.is_valid():
        return show(request, writing, status=HTTPStatus.UNPROCESSABLE_ENTITY, template="editing/_kept.html")
    kept = keep_draft(chapter=writing.chapter, editor=request.user, source=writing.source, base=writing.base)
    if request.htmx:
        return render(request, "editing/_kept.html", {"draft": kept, "writing": writing})
    messages.success(request, "Your draft is kept. Readers do not see it.")
    return redirect("courses:edit", course, chapter)


@editors_only
@require_POST
def discarding(request: EditorRequest, course: str, chapter: str) -> HttpResponse:
    discard_draft(chapter=load_editable(course, chapter), editor=request.user)
    messages.success(request, "Your draft is gone. This is what readers see.")
    return redirect("courses:edit", course, chapter)


@editors_only
@require_safe
def history(request: EditorRequest, course: str, chapter: str) -> HttpResponse:
    loaded = load_editable(course, chapter)
    return render(request, "editing/history.html", {"chapter": loaded, "revisions": list_revisions(loaded)})


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def revision(request: EditorRequest, course: str, chapter: str, number: int) -> HttpResponse:
    loaded = load_editable(course, chapter)
    shown = load_revision(loaded, number)
    if request.method == "POST":
        return restore(request, loaded, shown)
    before = loaded.revisions.filter(number=number - 1).values_list("source", flat=True).first() or ""
    context = {"chapter": loaded, "revision": shown, "changes": compare(before, shown.source)}
    return render(request, "editing/revision.html", context)


def publish_writing(request: EditorRequest, chapter: Chapter) -> HttpResponse:
    form, writing = read_writing(request, chapter)
    if not form.is_valid():
        return show(request, writing, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return try_publishing(request, writing, figures=writing.figures)


def restore(request: EditorRequest, chapter: Chapter, old: Revision) -> HttpResponse:
    form = RestoringForm(request.POST)
    base = form.cleaned_data["base"] if form.is_valid() else 0
    writing = Writing(chapter, old.source, base, note=f"Restored revision {old.number}")
    return try_publishing(request, writing, figures=old.figures)


def try_publishing(request: EditorRequest, writing: Writing, *, figures: dict[str, str]) -> HttpResponse:
    """Publishes, or shows why not: the text is in the page then and in the editor's draft."""
    chapter = writing.chapter
    try:
        published = publish(
            chapter=chapter,
            source=writing.source,
            figures=figures,
            author=request.user,
            note=writing.note,
            base=writing.base,
        )
    except BadChapter as bad:
        writing.refuse(bad)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    except StaleBase as stale:
        writing.yield_to(stale)
        status = HTTPStatus.CONFLICT
    else:
        new = published.number != writing.base
        messages.success(
            request, f"Revision {published.number} is live{'' if new else ' already: nothing has changed'}."
        )
        return redirect("courses:edit", chapter.course.slug, chapter.slug)
    writing.draft = keep_draft(chapter=chapter, editor=request.user, source=writing.source, base=writing.base)
    return show(request, writing, status=status)


def read_writing(request: EditorRequest, chapter: Chapter) -> tuple[WritingForm, Writing]:
    """What was sent, kept for the page even where the form is wrong."""
    form = WritingForm(request.POST)
    valid = form.is_valid()
    base = form.chosen_base if valid else form.cleaned_data.get("base", 0)
    remarks = [Remark(0, sentence) for sentence in form.sentences()]
    source, note = request.POST.get("source", ""), request.POST.get("note", "")
    return form, Writing(chapter, source, base, note=note, remarks=remarks)


def show(
    request: EditorRequest,
    writing: Writing,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    template: str = "editing/chapter.html",
) -> HttpResponse:
    return render(request, template, {"writing": writing}, status=status)
