"""Somebody who uses a running product by HTTP, as the page's scripts do."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from tests.product import Product


@dataclass(frozen=True, slots=True)
class Heard:
    """One event of a live stream."""

    id: str
    type: str
    data: dict[str, Any]


class Person:
    """Logged in with one of the first logins. Close it, or use it in a `with` block."""

    def __init__(self, product: Product, role: str = "student") -> None:
        self.product = product
        self.client = httpx.Client(base_url=product.url, timeout=20)
        self._log_in(role)
        self.headers = {"X-CSRFToken": self._read_token("courses/pytorch-essentials/"), "Referer": product.url}

    def __enter__(self) -> Person:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def start(self, code: str, project: str | None = None) -> dict[str, Any]:
        """Asks for a run; the answer to an accepted one."""
        body = {"code": code, "project": project, "client_token": str(uuid.uuid4())}
        answer = self.client.post("runs/", json=body, headers=self.headers)
        assert answer.status_code == 201, answer.text
        run: dict[str, Any] = answer.json()
        return run

    def follow(self, run: dict[str, Any]) -> Iterator[Heard]:
        """The run's events as they come, until the stream ends."""
        origin = {"Origin": self.product.url.rstrip("/")}
        with self.client.stream("GET", run["events_url"], headers=origin, timeout=150) as answer:
            assert answer.status_code == 200, answer.status_code
            fields: dict[str, str] = {}
            for line in answer.iter_lines():
                if line:
                    name, _, value = line.partition(": ")
                    fields[name] = value
                elif "data" in fields:
                    yield Heard(fields.get("id", ""), fields["event"], json.loads(fields["data"]))
                    fields = {}

    def _log_in(self, role: str) -> None:
        login = self.product.logins[role]
        form = {
            "csrfmiddlewaretoken": self._read_token("accounts/login/"),
            "login": login.email,
            "password": login.password,
        }
        answer = self.client.post("accounts/login/", data=form, headers={"Referer": self.product.url})
        assert answer.status_code == 302, answer.text

    def _read_token(self, path: str) -> str:
        match = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.client.get(path).text)
        assert match
        return match[1]
