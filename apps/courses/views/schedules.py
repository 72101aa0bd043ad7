"""A text goes live at a time."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from ..access import EditorRequest, editors_only, find_pending, load_editable
from ..forms import SchedulingForm, TimeForm
from ..publishing import BadChapter, NeedsReview, StaleBase
from ..scheduling import AnotherPending, BadTime, cancel, reschedule, schedule
from ..writing import Remark, Writing
from .answers import go_to, read_writing, show_writing
from .writing import refuse


@editors_only
@require_POST
def scheduling(request: EditorRequest, course: str, chapter: str) -> HttpResponse:
    form, writing = read_writing(request, load_editable(course, chapter), SchedulingForm)
    if not form.is_valid():
        return show_writing(request, writing, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if not writing.keep():
        return show_writing(request, writing, status=HTTPStatus.CONFLICT)
    try:
        plan(writing, form)
    except (BadChapter, StaleBase, NeedsReview) as refusal:
        return refuse(request, writing, refusal)
    except BadTime as bad:
        writing.remarks = [Remark(0, str(bad))]
        return show_writing(request, writing, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except AnotherPending as another:
        author = another.pending.author
        writing.remarks = [Remark(0, f"{author}’s text is to go live in this chapter: agree with {author} first.")]
        return show_writing(request, writing, status=HTTPStatus.CONFLICT)
    messages.success(request, "Your text goes live at the time you chose.")
    return go_to("edit", writing.chapter)


@editors_only
@require_POST
def rescheduling(request: EditorRequest, course: str, chapter: str) -> HttpResponse:
    loaded, form = load_editable(course, chapter), TimeForm(request.POST)
    pending = find_pending(loaded)
    try:
        moved = bool(form.is_valid() and pending and reschedule(pending=pending, at=form.cleaned_data["at"]))
        sentences = form.sentences()
    except BadTime as bad:
        moved, sentences = False, [str(bad)]
    if moved:
        messages.success(request, "The text goes live at the new time.")
    else:
        messages.error(request, " ".join(sentences) or "Nothing is waiting to go live here any more.")
    return go_to("edit", loaded)


@editors_only
@require_POST
def cancelling(request: EditorRequest, course: str, chapter: str) -> HttpResponse:
    loaded = load_editable(course, chapter)
    pending = find_pending(loaded)
    if pending and cancel(pending=pending):
        messages.success(request, "The text does not go live. It stays as its author’s draft.")
    else:
        messages.error(request, "Nothing is waiting to go live here any more.")
    return go_to("edit", loaded)


def plan(writing: Writing, form: SchedulingForm) -> None:
    schedule(
        chapter=writing.chapter,
        author=writing.editor,
        source=writing.source,
        figures=writing.figures,
        note=writing.note,
        base=writing.base,
        draft=writing.version,
        at=form.cleaned_data["at"],
    )
