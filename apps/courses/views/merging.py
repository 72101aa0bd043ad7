"""A draft that somebody else's revision has overtaken is merged with it."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from ..access import EditorRequest, editors_only, find_draft, load_editable
from ..forms import MergingForm
from ..models import Chapter, Draft
from ..reconciling import Overtaken, Reconciliation, is_behind, reconcile, settle
from .answers import go_to


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: EditorRequest, course: str, chapter: str) -> HttpResponse:
    loaded = load_editable(course, chapter)
    draft = find_draft(loaded, request.user)
    if draft is None:
        raise Http404
    draft.chapter = loaded
    if not is_behind(draft):
        return go_to("edit", loaded)
    return settle_merge(request, loaded, draft) if request.method == "POST" else show_merge(request, draft)


def settle_merge(request: EditorRequest, chapter: Chapter, draft: Draft) -> HttpResponse:
    form, shown = MergingForm(request.POST), reconcile(draft)
    chosen = read_choices(request, shown)
    if not form.is_valid() or chosen is None:
        return show_merge(request, draft, "Choose for every place which text to take.", HTTPStatus.UNPROCESSABLE_ENTITY)
    theirs = [name for name in shown.files if request.POST.get(f"file-{name}") == "theirs"]
    try:
        settle(chapter=chapter, editor=request.user, chosen=chosen, theirs=theirs, **form.cleaned_data)
    except Overtaken:
        words = "Something has changed since this page was made: look at it once more."
        return show_merge(request, draft, words, HTTPStatus.CONFLICT)
    messages.success(
        request, f"Both are in your draft now, on top of revision {shown.newest.number}. Read it, then publish."
    )
    return go_to("edit", chapter)


def read_choices(request: EditorRequest, shown: Reconciliation) -> list[str] | None:
    """The text chosen for each conflict, None where one has none."""
    texts = []
    for number, conflict in enumerate(shown.conflicts):
        ours, theirs = "".join(conflict.ours), "".join(conflict.theirs)
        edited = request.POST.get(f"edited-{number}", "").replace("\r\n", "\n")
        choices = {"ours": ours, "theirs": theirs, "both": theirs + ours, "edited": end_line(edited)}
        choice = request.POST.get(f"choice-{number}", "")
        if choice not in choices:
            return None
        texts.append(choices[choice])
    return texts


def end_line(text: str) -> str:
    return f"{text.rstrip()}\n" if text.strip() else ""


def show_merge(
    request: EditorRequest, draft: Draft, problem: str = "", status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    context = {"chapter": draft.chapter, "draft": draft, "merge": reconcile(draft), "problem": problem}
    return render(request, "editing/merge.html", context, status=status)
