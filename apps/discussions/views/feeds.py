"""Feeds of discussions: what everybody may read."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from apps.courses.models import Course

from ..access import load_thread
from ..feeds import write_course_feed, write_thread_feed

ATOM = "application/atom+xml; charset=utf-8"
for_all = cache_control(public=True, no_cache=True)
"""The same for everybody: any cache may keep it, if it asks each time whether it has changed."""


@require_safe
@for_all
@conditional_page
def course(request: HttpRequest, course: str) -> HttpResponse:
    """The newest threads of a course."""
    found = get_object_or_404(Course, slug=course)
    page = reverse("discussions:course", args=[course])
    text = write_course_feed(found, page=page, itself=request.path, site=find_site(request))
    return HttpResponse(text, content_type=ATOM)


@require_safe
@for_all
@conditional_page
def thread(request: HttpRequest, thread_id: int) -> HttpResponse:
    """The newest posts of a thread that visitors may read, whoever asks."""
    found = load_thread(AnonymousUser(), thread_id)
    if found.merged_into_id:
        return redirect("discussions:thread-feed", found.merged_into_id)
    page = reverse("discussions:thread", args=[found.pk])
    text = write_thread_feed(found, page=page, itself=request.path, site=find_site(request))
    return HttpResponse(text, content_type=ATOM)


def find_site(request: HttpRequest) -> str:
    """What goes before an address to make it absolute. Only hosts that the site is told of get this far."""
    return f"{request.scheme}://{request.get_host()}"
