"""A program that uses the API, as its author would write it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.test import Client

from apps.accounts.models import Scope, User
from apps.accounts.tokens import issue
from tests.runs.builders import CODE

API = "/api/v1"


@dataclass
class Program:
    """Speaks with one token, or with none."""

    secret: str = ""
    client: Client = field(default_factory=Client)

    @classmethod
    def of(cls, user: User, scopes: Iterable[Scope] = tuple(Scope)) -> Program:
        return cls(issue(actor=user, name="laptop", scopes=list(scopes), lifetime=timedelta(days=1))[1])

    def get(self, path: str, **headers: str) -> Any:
        return self.send("GET", path, b"", **headers)

    def post(self, path: str, body: object = None, **headers: str) -> Any:
        data = b"" if body is None else json.dumps(body).encode()
        return self.send("POST", path, data, **headers)

    def start(self, **changes: Any) -> Any:
        headers = {name: changes.pop(name) for name in ["idempotency_key"] if name in changes}
        return self.post("/runs", {"code": CODE, **changes}, **headers)

    def send(
        self, method: str, path: str, data: bytes = b"", content_type: str = "application/json", /, **headers: str
    ) -> Any:
        known = {"authorization": f"Bearer {self.secret}"} if self.secret else {}
        given = {name.replace("_", "-"): value for name, value in (known | headers).items()}
        return self.client.generic(method, f"{API}{path}", data, content_type, headers=given)


def read_problem(answer: Any) -> dict[str, Any]:
    """The problem, which every error has to be."""
    assert answer["Content-Type"] == "application/problem+json", answer.content[:200]
    problem: dict[str, Any] = json.loads(answer.content)
    assert problem["status"] == answer.status_code
    assert {"type", "title", "detail"} <= problem.keys()
    assert answer["Cache-Control"] == "no-store"
    return problem
