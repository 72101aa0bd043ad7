"""Links from before a course or a chapter was renamed lead on to where it is now."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse

from .models import Chapter, Course, FormerAddress


class FormerAddresses:
    """Looks where nothing was found, and nowhere else: what is there now comes first, and pays nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 404 or request.method not in ("GET", "HEAD") or not request.resolver_match:
            return response
        names = dict(request.resolver_match.kwargs)
        moved = find_moved(str(names.get("course", "")), str(names.get("chapter", "")))
        if not moved:
            return response
        url = reverse(request.resolver_match.view_name, kwargs=names | moved)
        query = request.META.get("QUERY_STRING")
        return HttpResponsePermanentRedirect(f"{url}?{query}" if query else url)


def find_moved(course: str, chapter: str) -> dict[str, str]:
    """What in these names is another one now, empty when nothing is. Three queries at most."""
    if not course:
        return {}
    former = FormerAddress.objects.select_related("course", "chapter__course")
    if chapter and not Chapter.objects.filter(course__slug=course, slug=chapter).exists():
        found = former.filter(path=f"{course}/{chapter}", chapter__isnull=False).first()
        if found and found.chapter:
            return {"course": found.chapter.course.slug, "chapter": found.chapter.slug}
    if Course.objects.filter(slug=course).exists():
        return {}
    whole = former.filter(path=course, chapter__isnull=True).first()
    return {"course": whole.course.slug} if whole else {}
