"""A student who goes on while parts of the site die: asks again what was not answered, and watches runs to their end."""

from __future__ import annotations

import re
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

import httpx

from tests.product import Product, wait_for
from tests.streams.viewers import Seen, parse
from workers.protocol import LAST_SEQ, OUTCOMES, QUEUE_EVENT, parse_entry_id

PATIENCE_S = 120.0
"""The longest that anything may take to come back, on a machine that is busy with other tests, too."""


class Accepted(NamedTuple):
    """A run that the site has answered with 201, and the request that makes it the same run again."""

    id: str
    tickets_url: str
    request: dict[str, Any]


class Student:
    """Logged in as a browser is, with one of the first logins."""

    def __init__(self, product: Product, role: str = "student") -> None:
        self._product = product
        self._role = role
        self._client = httpx.Client(base_url=product.url, timeout=20)
        self._begun: list[Accepted] = []

    def close(self) -> None:
        self._client.close()

    def leave_nothing(self) -> None:
        """Stop whatever is still at work, so that one test that failed does not take the next along."""
        for run in self._begun:
            self.control(run, "stops")
        self._begun.clear()

    def log_in(self) -> None:
        login = self._product.logins[self._role]
        form = {"csrfmiddlewaretoken": self._read_token(), "login": login.email, "password": login.password}
        answer = self._client.post("accounts/login/", data=form, headers={"Referer": self._product.url})
        assert answer.status_code == 302, answer.text

    def start(self, code: str) -> Accepted:
        request = {"code": code, "project": None, "client_token": str(uuid.uuid4())}
        words = self.post("runs/", request)
        self._begun.append(Accepted(words["id"], words["tickets_url"], request))
        return self._begun[-1]

    def read_state(self, run: Accepted) -> str:
        """What Postgres says: the same token is answered with the same run, as it is now."""
        words = self.post("runs/", run.request)
        assert words["id"] == run.id
        return str(words["state"])

    def control(self, run: Accepted, noun: str) -> None:
        """Asks for a stop, a pause, a resume or a step until the run is in a state to take it, or is over."""
        self._insist("POST", f"runs/{run.id}/{noun}/", json={}, headers=self._headers(), also=409)

    def list_history(self) -> list[str]:
        """The ids on the page of own runs."""
        return re.findall(r'href="/runs/([0-9a-f-]{36})/"', self.get("runs/"))

    def watch(self, run: Accepted) -> Viewer:
        viewer = Viewer(self, run)
        viewer.start()
        return viewer

    def ask_for_events(self, run: Accepted) -> str:
        """A fresh ticket's address."""
        return str(self.post(run.tickets_url, {})["events_url"])

    def get(self, path: str) -> str:
        return self._insist("GET", path).text

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return self._insist("POST", path, json=body, headers=self._headers()).json()

    @property
    def origin(self) -> str:
        return self._product.url.rstrip("/")

    def _insist(self, method: str, path: str, also: int = 200, **options: Any) -> httpx.Response:
        """Asks again while nobody answers, or something is away, or it was too much at once. No other refusal will do,
        but one of the status `also`."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            with suppress(httpx.TransportError):
                answer = self._client.request(method, path, **options)
                if answer.is_success or answer.status_code == also:
                    return answer
                assert answer.status_code in {429, 503}, f"{answer.status_code}: {answer.text[:500]}"
                time.sleep(float(answer.headers["Retry-After"]) if answer.status_code == 429 else 0)
            assert time.monotonic() < deadline, f"{method} {path} was not answered"
            time.sleep(0.2)

    def _headers(self) -> dict[str, str]:
        return {"X-CSRFToken": self._client.cookies["csrf"], "Referer": self._product.url, "Accept": "application/json"}

    def _read_token(self) -> str:
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get("accounts/login/"))
        assert found
        return found[1]


class Viewer(threading.Thread):
    """Follows a run as the page does: when the stream breaks, a new ticket, and on from the last number seen."""

    def __init__(self, student: Student, run: Accepted) -> None:
        super().__init__(name="viewer", daemon=True)
        self._student = student
        self._run = run
        self.seen: list[Seen] = []
        self.problem: Exception | AssertionError | None = None

    def run(self) -> None:
        try:
            self._follow()
        except (Exception, AssertionError) as error:  # noqa: BLE001  (told in the test's own thread)
            self.problem = error

    def wait_for_text(self, text: str) -> None:
        wait_for(lambda: text in self.printed() or not self.is_alive(), f"{text!r} in the console", seconds=PATIENCE_S)
        assert text in self.printed(), self.problem or self.seen

    def wait_for_state(self, state: str) -> None:
        wait_for(lambda: self.state == state or not self.is_alive(), f"the state {state}", seconds=PATIENCE_S)
        assert self.state == state, self.problem or self.seen

    @property
    def state(self) -> str:
        """The newest that the stream has told."""
        return next((str(seen.data["state"]) for seen in reversed(list(self.seen)) if seen.kind == "state"), "")

    def wait_for_end(self) -> str:
        """The final state, once the stream has told it."""
        self.join(PATIENCE_S)
        assert not self.is_alive(), f"the stream does not end: {self.seen[-3:]}"
        assert self.problem is None, self.problem
        return str(self.seen[-1].data["state"])

    def printed(self, fence: int = 0) -> str:
        """What stands in the console, of one attempt if told."""
        texts = [seen for seen in list(self.seen) if seen.kind == "stdout" and fence in (0, seen.data["fence"])]
        return "".join(seen.data["text"] for seen in texts)

    @property
    def fences(self) -> list[int]:
        """The numbers of the attempts, in the order in which they spoke."""
        return list(dict.fromkeys(seen.data["fence"] for seen in self.seen))

    def _follow(self) -> None:
        deadline = time.monotonic() + 2 * PATIENCE_S
        while not (self.seen and is_final(self.seen[-1])):
            assert time.monotonic() < deadline, "no end in sight"
            with suppress(httpx.TransportError):
                self.seen.extend(self._read_on())
            time.sleep(0.05)

    def _read_on(self) -> Iterator[Seen]:
        headers = {"Origin": self._student.origin}
        if self.seen:
            headers["Last-Event-ID"] = self.seen[-1].id
        url = self._student.ask_for_events(self._run)
        with httpx.stream("GET", url, headers=headers, timeout=20) as answer:
            assert answer.status_code == 200, answer.read()
            # A place in the queue has no number: it is told to whoever is there, and never again.
            yield from (seen for seen in parse(answer.iter_lines()) if seen.kind != QUEUE_EVENT)


def is_final(seen: Seen) -> bool:
    return seen.kind == "state" and seen.data["state"] in OUTCOMES


def check_order(seen: list[Seen]) -> None:
    """Numbers grow, no attempt has a hole or a repetition, and one final state stands at the end."""
    marks = [parse_entry_id(event.id) for event in seen]
    assert marks == sorted(set(marks)), marks
    assert [event.kind for event in seen if event.kind == "gap"] == []
    assert [is_final(event) for event in seen] == [False] * (len(seen) - 1) + [True]
    for fence in {fence for fence, _ in marks}:
        numbers = [seq for of, seq in marks if of == fence and seq != LAST_SEQ]  # a run given up ends with that one
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else True, marks
        assert not numbers or numbers[0] in (0, 1), marks
