"""A text is handed in, looked at, commented on, approved or returned."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from ..access import EditorRequest, editors_only, load_editable, load_review, may_decide
from ..comparing import compare, compare_files
from ..dialect import BadChapter
from ..forms import ApprovalForm, CommentForm, HandingInForm, ReturningForm, SpokenForm
from ..models import Review
from ..publishing import StaleBase
from ..reviewing import Decided, approve, ask_for_review, comment, give_back, withdraw
from ..scheduling import AnotherPending, BadTime
from ..writing import Writing, render_text
from .answers import read_writing, refuse_unkept
from .writing import refuse


@editors_only
@require_POST
def handing_in(request: EditorRequest, course: str, chapter: str) -> HttpResponse:
    form, writing = read_writing(request, load_editable(course, chapter), HandingInForm)
    if refused := refuse_unkept(request, writing):
        return refused
    try:
        review = hand_in(writing, form.cleaned_data["word"])
    except (BadChapter, StaleBase) as refusal:
        return refuse(request, writing, refusal)
    messages.success(request, "Your text waits for a review. The other editors see it on their page.")
    return redirect("courses:review", review.pk)


@editors_only
@require_safe
def review(request: EditorRequest, number: int) -> HttpResponse:
    return show_review(request, load_review(number))


@editors_only
@require_POST
def comments(request: EditorRequest, number: int) -> HttpResponse:
    loaded, form = load_review(number), CommentForm(request.POST)
    if not form.is_valid():
        return show_review(request, loaded, form)
    line, text = form.cleaned_data["line"] or 0, form.cleaned_data["text"]
    said = comment(review=loaded, author=request.user, line=line, text=text)
    return redirect(f"{request.path.removesuffix('comments/')}#comment-{said.pk}")


@editors_only
@require_POST
def approval(request: EditorRequest, number: int) -> HttpResponse:
    loaded, form = load_review(number), ApprovalForm(request.POST)
    if not form.is_valid():
        return show_review(request, loaded, form)
    try:
        asked = {name: form.cleaned_data[name] for name in ("answer", "at")}
        approved = approve(review=loaded, reviewer=request.user, **asked)
    except (Decided, StaleBase, BadChapter, BadTime, AnotherPending) as refusal:
        messages.error(request, explain(refusal))
        return show_review(request, load_review(number), status=HTTPStatus.CONFLICT)
    messages.success(request, congratulate(approved))
    return redirect("courses:review", number)


@editors_only
@require_POST
def returning(request: EditorRequest, number: int) -> HttpResponse:
    loaded, form = load_review(number), ReturningForm(request.POST)
    if not form.is_valid():
        return show_review(request, loaded, form)
    try:
        give_back(review=loaded, reviewer=request.user, answer=form.cleaned_data["answer"])
    except Decided as refusal:
        messages.error(request, explain(refusal))
        return show_review(request, load_review(number), status=HTTPStatus.CONFLICT)
    messages.success(request, f"{loaded.author} has the text back, and is told.")
    return redirect("courses:review", number)


@editors_only
@require_POST
def withdrawal(request: EditorRequest, number: int) -> HttpResponse:
    loaded = load_review(number)
    if loaded.author != request.user:
        raise PermissionDenied
    if withdraw(review=loaded, author=request.user):
        messages.success(request, "You took your text back. It is still your draft.")
    else:
        messages.error(request, explain(Decided()))
    return redirect("courses:edit", loaded.chapter.course.slug, loaded.chapter.slug)


def hand_in(writing: Writing, word: str) -> Review:
    return ask_for_review(
        chapter=writing.chapter,
        author=writing.editor,
        source=writing.source,
        figures=writing.figures,
        note=writing.note,
        base=writing.base,
        draft=writing.version,
        word=word,
    )


def show_review(
    request: EditorRequest, review: Review, form: SpokenForm | None = None, status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    live = review.chapter.live
    try:
        preview = render_text(review.chapter, review.source, review.figures)
    except BadChapter:  # the dialect has become stricter since
        preview = None
    context = {
        "review": review,
        "chapter": review.chapter,
        "comments": review.comments.select_related("author"),
        "rows": compare(live.source if live else "", review.source),
        "files": compare_files(live.figures if live else {}, review.figures),
        "lines": list(enumerate(review.source.splitlines(), start=1)),
        "preview": preview,
        "is_behind": live is not None and live.number != review.base,
        "may_decide": may_decide(request.user, review),
        "problems": form.sentences() if form else [],
        "sent": {name: request.POST.get(name, "") for name in ("answer", "line", "text", "at")},
    }
    return render(request, "editing/review.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY if form else status)


def congratulate(approved: Review) -> str:
    if approved.revision:
        return f"Revision {approved.revision.number} by {approved.author} is live."
    return f"The text by {approved.author} goes live at the time you chose."


def explain(refusal: Decided | StaleBase | BadChapter | BadTime | AnotherPending) -> str:
    match refusal:
        case BadTime():
            return f"Not approved: {refusal}"
        case AnotherPending(pending=pending):
            return f"Not approved: {pending.author}’s text is to go live in this chapter. Agree with {pending.author} first."
        case StaleBase(newest=newest):
            return (
                f"Not approved: revision {newest.number} was published meanwhile. Its author has to merge it into "
                "the text first; return it to them."
            )
        case BadChapter():
            return f"Not approved: {refusal}."
    return "This review is closed: somebody was faster, or its author took the text back."
