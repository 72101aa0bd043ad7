"""People as others see them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from ..people import list_newest, load_person


@cache_control(private=True)
@require_safe
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """Somebody, by what they have written last."""
    found = load_person(person_id)
    return render(request, "discussions/person.html", {"person": found, "posts": list_newest(request.user, found)})
