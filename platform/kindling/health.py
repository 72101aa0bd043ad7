"""An empty answer: whether the web side serves at all, and the floor that the bench compares pages with."""

from django.http import HttpRequest, HttpResponse


def health(request: HttpRequest) -> HttpResponse:
    """Touches neither database nor session."""
    return HttpResponse("ok", content_type="text/plain")
