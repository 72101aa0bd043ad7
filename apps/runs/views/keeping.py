"""What its owner does with a run that is kept: name it, pin it, share it. Pages send forms here, with or without htmx."""

from __future__ import annotations

import uuid
from http import HTTPStatus

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django_htmx.middleware import HtmxDetails

from apps.runs import access, keeping, sharing
from apps.runs.forms import LabelForm, PinForm, ShareForm
from apps.runs.models import Run
from apps.runs.refusals import Refusal
from apps.runs.showing import describe_page


class Request(HttpRequest):
    htmx: HtmxDetails


@require_POST
@never_cache
@login_required
def label(request: Request, run_id: uuid.UUID) -> HttpResponse:
    run, form = access.load_run(request.user, run_id), LabelForm(request.POST)
    if not form.is_valid():
        return refuse(request, run, label_form=form)
    keeping.label(run=run, **form.cleaned_data)
    return answer(request, run, "Saved.")


@require_POST
@never_cache
@login_required
def share(request: Request, run_id: uuid.UUID) -> HttpResponse:
    run, form = access.load_run(request.user, run_id), ShareForm(request.POST)
    if not form.is_valid():
        return refuse(request, run, share_form=form)
    sharing.share(run=run, visibility=form.cleaned_data["visibility"])
    return answer(request, run, f"{run.get_visibility_display()} can see this run now.")


@require_POST
@never_cache
@login_required
def pin(request: Request, run_id: uuid.UUID) -> HttpResponse:
    run, form = access.load_run(request.user, run_id), PinForm(request.POST)
    if not form.is_valid():
        return refuse(request, run)
    try:
        keeping.pin(run=run) if form.cleaned_data["pinned"] else keeping.unpin(run=run)
    except Refusal as refusal:
        messages.warning(request, str(refusal))
    return go_back(request)


def answer(request: Request, run: Run, words: str) -> HttpResponse:
    """The part of the run's page that shows what is kept, with a word about what was done; else the page itself."""
    messages.success(request, words)
    if request.htmx:
        return render(request, "runs/_record.html", describe_page(request, run))
    return see(f"{run.get_absolute_url()}#record")


def refuse(request: Request, run: Run, **bound: forms.Form) -> HttpResponse:
    """The same with what was sent, and what is wrong with it."""
    template = "runs/_record.html" if request.htmx else "runs/run.html"
    return render(request, template, describe_page(request, run) | bound, status=HTTPStatus.BAD_REQUEST)


def go_back(request: Request) -> HttpResponse:
    """To the page of ours that the form stood on."""
    back = request.POST.get("back", "")
    ours = back.startswith("/") and back.isprintable() and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return see(back if ours else reverse("runs:list"))


def see(url: str) -> HttpResponse:
    return HttpResponse(status=HTTPStatus.SEE_OTHER, headers={"Location": url})
