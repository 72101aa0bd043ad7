"""What somebody who edits does, as the tests of editing need it."""

from __future__ import annotations

from django.test import Client

from apps.accounts.models import User

from .texts import replaced

PAGE = "/editing/small/first/"
BETTER = replaced(("Done.", "Better."))
HTMX = {"HX-Request": "true"}
JSON = {"Accept": "application/json"}


def form(source: str = BETTER, **more: object) -> dict[str, object]:
    """What the editing page sends."""
    return {"source": source, "base": 1, "note": "Better words"} | more


def log_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client
