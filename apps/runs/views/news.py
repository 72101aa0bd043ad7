"""What a page asks to hear its reader's news."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from apps.accounts.models import User
from apps.notices.reading import count_unread
from apps.runs.addresses import make_room_ticket
from apps.runs.rooms import name_person
from apps.runs.views.answers import answers_json


@require_POST
@answers_json
def make_news_ticket(request: HttpRequest) -> HttpResponse:
    """The count comes along: it spares every page a request."""
    person = cast("User", request.user)
    ticket = make_room_ticket(request, name_person(person.pk))
    return JsonResponse(ticket | {"unread": count_unread(person)})
