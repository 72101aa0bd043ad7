"""How refusals are answered."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ..refusals import Refusal

P = ParamSpec("P")
Q = TypeVar("Q", bound=HttpRequest)


def refusing(
    view: Callable[Concatenate[Q, P], HttpResponse],
) -> Callable[Concatenate[Q, P], HttpResponse]:
    """A refusal that the view does not answer itself becomes a page that says why, with its status."""

    @wraps(view)
    def answered(request: Q, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Refusal as refusal:
            return refuse(request, str(refusal), refusal.status)

    return answered


def refuse(request: HttpRequest, words: str, status: int) -> HttpResponse:
    """What was typed is shown again, so that it can be copied."""
    sent = request.POST  # of a flag, `reason` is a number
    lost = sent.get("note", sent.get("reason") or sent.get("text", ""))
    return render(request, "moderation/refused.html", {"words": words, "lost": lost}, status=status)


def list_errors(form: object) -> str:
    """All that is wrong with a form, in one line."""
    errors: dict[str, list[str]] = getattr(form, "errors", {})
    return " ".join(str(error) for several in errors.values() for error in several)
