"""A question on its own: as a page without scripts, as a part of the chapter with them."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods
from django_htmx.middleware import HtmxDetails

from apps.courses.models import Item

from .access import QuestionGone, load_question
from .answering import answer, find_result
from .forms import csrf_field
from .questions import AnswerRefused, Question, Result
from .visits import identify


class Request(HttpRequest):
    htmx: HtmxDetails


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_store=True)
def question(request: Request, course: str, chapter: str, key: str) -> HttpResponse:
    try:
        item = load_question(course, chapter, key)
    except QuestionGone as gone:
        template = "courses/_gone.html" if request.htmx else "quizzes/gone.html"
        return render(request, template, {"chapter": gone.chapter, "key": key}, status=HTTPStatus.GONE)
    asked = Question(key, item.chapter.live_revision.quizzes[key])
    if request.method != "POST":
        return show(request, item, asked, find_result(reader=identify(request), item=item, question=asked))
    try:
        result = answer(
            reader=identify(request),
            item=item,
            question=asked,
            choices=request.POST.getlist("choice"),
            wording=request.POST.get("wording", ""),
        )
    except AnswerRefused as refused:
        return show(request, item, asked, None, error=str(refused))
    return show(request, item, asked, result) if request.htmx else see_other(request.path)


def show(request: Request, item: Item, asked: Question, result: Result | None, *, error: str = "") -> HttpResponse:
    """The question alone for htmx, else as a page; with `error`, a sentence, as a bad request."""
    template = "courses/_question.html" if request.htmx else "quizzes/question.html"
    context = {
        "question": asked,
        "action": request.path,
        "result": result,
        "error": error,
        "csrf": csrf_field(request),
        "chapter": item.chapter,
    }
    return render(request, template, context, status=HTTPStatus.BAD_REQUEST if error else HTTPStatus.OK)


def see_other(url: str) -> HttpResponse:
    return HttpResponse(status=HTTPStatus.SEE_OTHER, headers={"Location": url})
