"""What somebody without an account has done: kept in their server-side session until they have one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypedDict, cast

from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest

from apps.accounts.models import User

KEY = "reading"
"""Where the session keeps the notes: by the chapter's id (as text, for JSON), then as `Notes`."""


class Answer(TypedDict):
    chosen: list[str]
    correct: bool
    at: str


class Mark(TypedDict):
    key: str
    at: str


class Notes(TypedDict):
    """What was done in one chapter. Times are ISO 8601; `answers` holds at most two a question, newest last."""

    read: dict[str, str]
    place: Mark | None
    answers: dict[str, list[Answer]]


class Readable(Protocol):
    """What of a session it takes to read it: also true of its bare content."""

    def get(self, key: str, default: Any, /) -> Any: ...


@dataclass(frozen=True)
class Visit:
    """Somebody who is not logged in, as far as their session remembers them."""

    session: SessionStore

    def everything(self) -> dict[int, Notes]:
        return {int(chapter): notes for chapter, notes in self.session.get(KEY, {}).items()}

    def notes(self, chapter: int) -> Notes:
        return read_notes(self.session, chapter)

    @contextmanager
    def noting(self, chapter: int) -> Iterator[Notes]:
        """Notes to change in place; what was changed is stored when the block ends, and only then is there a session.

        An existing session is locked and read again, so that two requests of one visitor lose nothing of each other.
        Raises `SessionInterrupted` (400) when it ended meanwhile, by logging in from another tab.
        """
        with transaction.atomic():
            known = self.session.session_key is not None
            if known:
                self._read_again()
            everything = self.session.get(KEY, {})
            yield everything.setdefault(str(chapter), blank())
            self.session[KEY] = everything
            self.session.save()
        # The middleware sets the cookie of a new session; saving a known one again could undo a neighbour's notes.
        self.session.modified = not known

    def forget(self) -> None:
        self.session.pop(KEY, None)

    def _read_again(self) -> None:
        if not Session.objects.select_for_update().filter(pk=self.session.session_key).exists():
            raise SessionInterrupted("Your visit ended in another tab. Reload the page and try again.")
        self.session.update(self.session.load())


Reader = User | Visit


def read_notes(session: Readable, chapter: int) -> Notes:
    """What a session holds of a chapter; for reading only."""
    return cast("Notes", session.get(KEY, {}).get(str(chapter)) or blank())


def identify(request: HttpRequest) -> Reader:
    """Who is reading: a student, or a visit that their session remembers. Reads nothing that is not read anyway."""
    if isinstance(request.user, User):
        return request.user
    return Visit(cast("SessionStore", request.session))


def blank() -> Notes:
    return {"read": {}, "place": None, "answers": {}}
