"""Tickets open one run's events to one origin for a minute, and to nothing else."""

from __future__ import annotations

import pytest

from apps.runs.tickets import BadTicket, Ticket, check, issue

TICKET = Ticket(run="a-run", user="7", origin="https://kindling.example", expires=1000)
KEY = "key"


def test_a_ticket_is_read_as_it_was_issued() -> None:
    assert check(KEY, issue(KEY, TICKET), run="a-run", now=999.9) == TICKET


@pytest.mark.parametrize(
    ("text", "run", "now"),
    [
        (issue(KEY, TICKET), "a-run", 1000.0),
        (issue(KEY, TICKET), "another", 0.0),
        (issue("another key", TICKET), "a-run", 0.0),
        (issue(KEY, TICKET)[:-1], "a-run", 0.0),
        (issue(KEY, TICKET).partition(".")[0], "a-run", 0.0),
        ("x" + issue(KEY, TICKET), "a-run", 0.0),
        ("", "a-run", 0.0),
        (".", "a-run", 0.0),
        ("é.ü", "a-run", 0.0),
        ("\ud800.x", "a-run", 0.0),
    ],
)
def test_everything_else_opens_nothing(text: str, run: str, now: float) -> None:
    with pytest.raises(BadTicket):
        check(KEY, text, run=run, now=now)
