"""Home, a course's path, a chapter; and what the chapter page asks for while it is read."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.middleware import HtmxDetails

from apps.accounts.models import User
from apps.accounts.recognition import Person
from apps.catalogue import heads
from apps.courses.reading import load_course
from apps.notes.shelves import list_recent_bookmarks
from apps.quizzes.visits import identify
from apps.verification import access as verifications

from .access import load_reading, load_sections
from .answers import answer_reader, view
from .finishing import finish as finish_chapter
from .forms import BadRecord, Record
from .pages import describe_finish
from .paths import find_bookmark, lay_path, list_states
from .recording import UnknownSection
from .recording import record as record_reading
from .shelves import fill_shelf

personal = cache_control(private=True, no_store=True)
"""These pages carry a form's token and show how far their reader is: no cache may keep them for anybody."""


class Request(HttpRequest):
    htmx: HtmxDetails


@require_safe
@gzip_page
@personal
def home(request: HttpRequest) -> HttpResponse:
    reader = identify(request)
    states = list_states(reader)
    context = {
        "shelf": fill_shelf(states),
        "continue_at": find_bookmark(reader, states),
        "bookmarks": list_recent_bookmarks(reader),
    }
    return render(request, "progress/home.html", context)


@require_safe
@gzip_page
@personal
def course(request: HttpRequest, course: str) -> HttpResponse:
    reader, loaded = identify(request), load_course(course)
    states = list_states(reader, loaded)
    path = lay_path(loaded, states)
    context = {
        "course": path,
        "continue_at": find_bookmark(reader, states, loaded),
        "discussions_url": reverse("discussions:course", args=[course]),
        "verified": verifications.describe_course(course),
        "head": heads.describe_course(
            site=f"{request.scheme}://{request.get_host()}",
            slug=course,
            title=path.title,
            summary=path.summary,
            minutes=path.minutes,
        ),
    }
    return render(request, "progress/course.html", context)


@require_safe
def chapter(request: HttpRequest, course: str, chapter: str) -> HttpResponse:
    """Most are answered at the door already."""
    reader = identify(request)
    person = Person(str(reader), reader.role_names) if isinstance(reader, User) else None
    return answer_reader(request, load_reading(reader, course, chapter), view(request, person))


@require_POST
@personal
def record(request: HttpRequest, course: str, chapter: str) -> HttpResponse:
    sections = load_sections(course, chapter)
    try:
        sent = Record.parse(request.body)
        record_reading(reader=identify(request), sections=sections, read=sent.read, place=sent.place)
    except (BadRecord, UnknownSection) as error:
        return JsonResponse({"error": str(error)}, status=HTTPStatus.BAD_REQUEST)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@require_http_methods(["GET", "HEAD", "POST"])
@personal
def finish(request: Request, course: str, chapter: str) -> HttpResponse:
    """What is still missing; by POST, and when nothing is, the chapter is finished. A visitor is told to log in."""
    reader = identify(request)
    if request.method == "POST" and isinstance(reader, User):
        reading = finish_chapter(user=reader, course=course, chapter=chapter)
    else:
        reading = load_reading(reader, course, chapter)
    if request.htmx:
        return render(request, "progress/_finish.html", describe_finish(reading))
    url = reverse("progress:chapter", args=[course, chapter])
    return HttpResponse(status=HTTPStatus.SEE_OTHER, headers={"Location": f"{url}#finish"})
