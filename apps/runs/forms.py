"""What a request to start a run has to look like."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest

from workers.protocol import MAX_CODE_BYTES

MAX_PATH = 200


class BadStart(Exception):
    """The request is not one to start a run; the text says what to do."""

    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A checked request: run this code, for this project if any, once for this token."""

    code: str
    project: str | None
    client_token: uuid.UUID


def read_start(request: HttpRequest) -> Start:
    """Raises `BadStart`."""
    try:
        body = request.body
    except RequestDataTooBig:
        raise too_long() from None
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError):
        raise BadStart("The request is not JSON. Reload the page and run the code again.") from None
    if not isinstance(raw, dict):
        raise BadStart("The request is not a JSON object. Reload the page and run the code again.")
    return Start(
        code=_read_code(raw.get("code")),
        project=_read_project(raw.get("project")),
        client_token=_read_token(raw.get("client_token")),
    )


def _read_code(code: object) -> str:
    if not isinstance(code, str) or not code.strip():
        raise BadStart("There is no code to run. Write some, or reset the listing.")
    if "\0" in code:
        raise BadStart("The code holds a NUL character, which Python does not read. Remove it.")
    try:
        size = len(code.encode())
    except UnicodeEncodeError:
        raise BadStart("The code holds half a character (a lone surrogate). Remove it.") from None
    if size > MAX_CODE_BYTES:
        raise too_long()
    return code


def too_long() -> BadStart:
    return BadStart(f"The code is longer than {MAX_CODE_BYTES // 1024} KB. Shorten it.", status=413)


def _read_project(path: object) -> str | None:
    if path is None:
        return None
    if not isinstance(path, str) or len(path) > MAX_PATH or not path.isprintable():
        raise BadStart("The project is not named as course/chapter/project. Reload the page.")
    return path


def _read_token(token: object) -> uuid.UUID:
    try:
        return uuid.UUID(token) if isinstance(token, str) else uuid.uuid4()
    except ValueError:
        raise BadStart("The client token is not a UUID. Reload the page.") from None
