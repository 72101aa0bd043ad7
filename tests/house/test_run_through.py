"""One run through every process that `up` starts, each with only the rights and the environment that it gets there."""

from __future__ import annotations

import json
import re
import uuid

import httpx
import pytest

from tests.product import Product

pytestmark = pytest.mark.live

CODE = """
import torch
model = torch.nn.Linear(1, 1)
optimiser = torch.optim.SGD(model.parameters(), lr=0.01)
for epoch in range(20):
    loss = (model(torch.ones(4, 1)) - 1).pow(2).mean()
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
print("done")
"""


def log_in(client: httpx.Client, product: Product, role: str) -> None:
    """Through the form that a person uses."""
    page = client.get("accounts/login/")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    assert token
    login = product.logins[role]
    form = {"csrfmiddlewaretoken": token[1], "login": login.email, "password": login.password}
    answer = client.post("accounts/login/", data=form, headers={"Referer": product.url})
    assert answer.status_code == 302, answer.text


def read_token(client: httpx.Client) -> str:
    match = re.search(r'csrfToken"?[^\w]+(\w{64})|name="csrfmiddlewaretoken" value="(\w+)"', client.get("").text)
    assert match
    return match[1] or match[2]


def read_events(url: str, origin: str) -> list[tuple[str, dict[str, object]]]:
    """The types and data of all events, until the streams process closes the stream."""
    events = []
    with httpx.stream("GET", url, headers={"Origin": origin}, timeout=60) as answer:
        assert answer.status_code == 200
        kind = ""
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            if name == "event":
                kind = value
            elif name == "data":
                events.append((kind, json.loads(value)))
    return events


def test_a_run_goes_through_every_process(live: Product) -> None:
    with httpx.Client(base_url=live.url, timeout=20) as client:
        log_in(client, live, "student")
        headers = {"X-CSRFToken": read_token(client), "Referer": live.url}
        body = {"code": CODE, "project": None, "client_token": str(uuid.uuid4())}
        run = client.post("runs/", json=body, headers=headers)
        assert run.status_code == 201, run.text
        ticket = client.post(run.json()["tickets_url"], headers=headers)
        assert ticket.status_code in {200, 201}, ticket.text
        events = read_events(ticket.json()["events_url"], live.url.rstrip("/"))
    kinds = [kind for kind, _ in events]
    assert "metric" in kinds
    assert ("stdout", "done\n") in [(kind, data.get("text")) for kind, data in events]
    assert events[-1][0] == "state"
    assert events[-1][1]["state"] == "succeeded"
