"""Requests to the site's API, and its refusals in a sentence."""

from __future__ import annotations

import http.client
import json
import random
import time
import urllib.request
from collections.abc import Iterator
from http.client import HTTPResponse
from typing import Any
from urllib.parse import urlencode

from kindling.client import codes
from kindling.client.configuration import Login
from kindling.client.failures import Failure

TIMEOUT_S = 30
STREAM_TIMEOUT_S = 45
"""A stream is never silent for more than 15 s: after three times that, the line is dead."""

PATIENCE_S = 30
"""How long a request is tried again while the site is away."""

CODES = {401: codes.NO_ACCESS, 403: codes.NO_ACCESS, 404: codes.NOT_THERE, 429: codes.BUSY, 503: codes.AWAY}
AGENT = "kindling-cli/1"


class Interrupted(Exception):
    """The line broke, or the site is away for a moment: worth another try."""


class Site:
    """A site and the token that opens it. Safe to use from several threads."""

    def __init__(self, login: Login) -> None:
        self._root = f"{login.site}/api/v1"
        self._token = login.token
        self._opener = _make_opener()

    def get(self, path: str, **query: object) -> Any:
        wanted = urlencode({name: value for name, value in query.items() if value is not None})
        return self._ask_json("GET", f"{path}?{wanted}" if wanted else path)

    def post(self, path: str, body: dict[str, Any] | None = None, *, key: str = "") -> Any:
        """Sent again while the site is away: what is asked counts once, by its `key` or by its nature."""
        return self._ask_json("POST", path, body, {"Idempotency-Key": key} if key else {})

    def read_text(self, path: str, **query: str) -> str:
        with self._try_again("GET", f"{path}?{urlencode(query)}" if query else path) as answer:
            return answer.read().decode("utf-8", "replace")

    def open_events(self, run: str, after: str) -> HTTPResponse:
        """The run's events after the one with this id. Raises `Interrupted` and `Failure`."""
        with self._ask("GET", f"/runs/{run}/events") as answer:
            address = answer.headers.get("Location", "")
        headers = {"Accept": "text/event-stream", "User-Agent": AGENT} | ({"Last-Event-ID": after} if after else {})
        return self._open(urllib.request.Request(address, headers=headers), STREAM_TIMEOUT_S)  # noqa: S310 - see _make_opener

    def _ask_json(
        self, method: str, path: str, body: dict[str, Any] | None = None, headers: dict[str, str] | None = None
    ) -> Any:
        with self._try_again(method, path, body, headers) as answer:
            try:
                return json.load(answer)
            except ValueError:
                raise Failure(
                    f"{self._root} is not the API of a Kindling site. Check the address.", codes.AWAY
                ) from None

    def _try_again(
        self, method: str, path: str, body: dict[str, Any] | None = None, headers: dict[str, str] | None = None
    ) -> HTTPResponse:
        for pause in back_off(PATIENCE_S):
            try:
                return self._ask(method, path, body, headers)
            except Interrupted as error:
                failure = Failure(f"The site cannot be reached: {error}. Try again in a while.", codes.AWAY)
                time.sleep(pause)
        raise failure

    def _ask(
        self, method: str, path: str, body: dict[str, Any] | None = None, headers: dict[str, str] | None = None
    ) -> HTTPResponse:
        """One try; the answer is the caller's to close."""
        given = {"Authorization": f"Bearer {self._token}", "Accept": "application/json, */*", "User-Agent": AGENT}
        data = None if body is None else json.dumps(body).encode()
        if method == "POST" and data is None:
            data = b""
        elif data is not None:
            given["Content-Type"] = "application/json"
        request = urllib.request.Request(f"{self._root}{path}", data, given | (headers or {}), method=method)  # noqa: S310
        return self._open(request, TIMEOUT_S)

    def _open(self, request: urllib.request.Request, timeout: float) -> HTTPResponse:
        """An answer that is no refusal; redirects are ours to follow, because the token must not go where they lead."""
        try:
            answer: HTTPResponse = self._opener.open(request, timeout=timeout)
        except (http.client.HTTPException, OSError) as error:
            raise Interrupted(str(getattr(error, "reason", error) or type(error).__name__)) from None
        if answer.status < 400:
            return answer
        with answer:
            raise _explain(answer)


def _make_opener() -> urllib.request.OpenerDirector:
    """Speaks HTTP and nothing else: no address that a site sends opens a file here."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.UnknownHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
    ):
        opener.add_handler(handler)
    return opener


def back_off(patience_s: float) -> Iterator[float]:
    """Pauses that grow, for about so long in all. Random, so that a crowd does not come back all at once."""
    pause, spent = 0.25, 0.0
    while spent < patience_s:
        chosen = pause * random.uniform(0.5, 1.5)  # noqa: S311 - not a secret
        yield chosen
        spent += chosen
        pause = min(pause * 2, 5.0)


def _explain(answer: HTTPResponse) -> Exception:
    """What a refusal says, as what it means for the command."""
    words = _read_problem(answer)
    if answer.status in (500, 502, 503, 504):
        return Interrupted(words)
    return Failure(words, CODES.get(answer.status, codes.REFUSED))


def _read_problem(answer: HTTPResponse) -> str:
    try:
        problem = json.load(answer)
        parts = [f"{each['field']}: {each['detail']}" for each in problem.get("errors", [])]
        detail = str(problem.get("detail") or problem["error"])
    except (ValueError, AttributeError, TypeError, KeyError, OSError, http.client.HTTPException):
        return f"the site answered {answer.status} {answer.reason}"
    return " ".join([detail, *(part for part in parts if part.partition(": ")[2] not in detail)])
