"""The glossary; and for machines: feeds, the sitemap, robots.txt, pictures of links."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from .access import find_course, list_chapters, list_newest, list_with_terms, load_chapter
from .cards import Words, find_card
from .feeds import MOST, write_feed
from .glossary import describe, list_terms, sort_by_letter
from .sitemaps import list_entries

for_all = cache_control(public=True, no_cache=True)
"""The same for everybody: any cache may keep it, if it asks each time whether it has changed."""

PRIVATE = ("accounts", "admin", "api", "drafts", "editing", "mailbox", "notes", "profile", "solutions")


@require_safe
@cache_control(private=True, no_cache=True)
def glossary(request: HttpRequest, course: str) -> HttpResponse:
    found = find_course(course)
    terms = list_terms(list_with_terms(found))
    context = {
        "course": found,
        "count": len(terms),
        "letters": sort_by_letter(terms),
        "canonical": request.build_absolute_uri(request.path),
    }
    return render(request, "catalogue/glossary.html", context)


@require_safe
@for_all
@conditional_page
def terms(request: HttpRequest, course: str) -> HttpResponse:
    """What the pop-overs of a chapter show."""
    found = find_course(course)
    url = reverse("catalogue:glossary", args=[course])
    return JsonResponse({"terms": describe(list_terms(list_with_terms(found)), url)})


@require_safe
@for_all
@conditional_page
def feed(request: HttpRequest, course: str | None = None) -> HttpResponse:
    """New and changed chapters, of one course or of all."""
    found = find_course(course) if course else None
    title = f"Kindling: {found.title}" if found else "Kindling: new and changed chapters"
    page = reverse("progress:course", args=[course]) if course else reverse("progress:home")
    about = found.summary if found else "Deep learning with PyTorch, chapter by chapter."
    text = write_feed(
        list_newest(found, most=MOST), title=title, about=about, page=page, itself=request.path, site=find_site(request)
    )
    return HttpResponse(text, content_type="application/atom+xml; charset=utf-8")


@require_safe
@for_all
@conditional_page
def sitemap(request: HttpRequest) -> HttpResponse:
    context = {"site": find_site(request), "entries": list_entries(list_chapters())}
    return render(request, "catalogue/sitemap.xml", context, content_type="application/xml; charset=utf-8")


@require_safe
@for_all
@conditional_page
def robots(request: HttpRequest) -> HttpResponse:
    hidden = [f"Disallow: /{each}/" for each in PRIVATE]
    lines = ["User-agent: *", *hidden, f"Sitemap: {find_site(request)}{reverse('catalogue:sitemap')}"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
@for_all
def course_card(request: HttpRequest, course: str) -> HttpResponse:
    found = find_course(course)
    return show_card(request, Words("Course", found.title, "Read it, run it, keep the run"))


@require_safe
@for_all
def chapter_card(request: HttpRequest, course: str, chapter: str) -> HttpResponse:
    found = load_chapter(course, chapter)
    live = found.live_revision
    above = f"{found.course.title} · Chapter {found.number:02}"
    return show_card(request, Words(above, live.title, f"{live.level} · {live.minutes} min to read"))


def show_card(request: HttpRequest, words: Words) -> HttpResponse:
    """The picture; it is neither drawn nor sent to whoever has it."""
    etag = quote_etag(words.digest[:32])
    if unchanged := get_conditional_response(request, etag=etag):
        return unchanged
    return HttpResponse(find_card(words), content_type="image/png", headers={"ETag": etag})


def find_site(request: HttpRequest) -> str:
    """What goes before an address to make it absolute. Only hosts that the site is told of get this far."""
    return f"{request.scheme}://{request.get_host()}"
