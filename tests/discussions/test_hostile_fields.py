"""Nothing acts of what people write into discussions, wherever it is shown: every page of them that links lead to, for
somebody without an account, for whom it concerns, and for an admin; and the worst of them in a browser.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import Resolver404, URLResolver, get_resolver, resolve

from apps.accounts.models import User
from tests.courses.payloads import PAYLOADS
from tests.courses.test_attacks import opened, visit

from .hostile import find_live, write_everything
from .talks import DISCUSSION

OURS = re.compile(r"apps\.(discussions|moderation|conduct|notices|search)\.")
LINK = re.compile(r'(?:href|hx-get)="(/[^"#]*)')
MOST, MOST_OF_A_ROUTE = 120, 5
Shown = dict[str, tuple[str, str, str]]
"""Address: route, content type, answer."""


def find_route(address: str) -> str:
    """Which page of discussions stands there; "" for others."""
    try:
        found = resolve(address.partition("?")[0])
    except Resolver404:
        return ""
    return found.route if OURS.match(found.func.__module__) else ""


def list_routes(resolver: URLResolver | None = None, before: str = "") -> Iterator[str]:
    for each in (resolver or get_resolver()).url_patterns:
        route = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from list_routes(each, route)
        else:
            yield route


def list_plain_routes() -> Iterator[str]:
    """The addresses that need nothing to be filled in."""
    return (f"/{route}" for route in list_routes() if "<" not in route)


def crawl(client: Client, *more: str) -> Shown:
    """What this person is shown."""
    waiting = [DISCUSSION, *more, *(address for address in list_plain_routes() if find_route(address))]
    shown: Shown = {}
    visits: Counter[str] = Counter()
    while waiting and len(shown) < MOST:
        address = waiting.pop(0)
        route = find_route(address)
        if not route or address in shown or visits[route] >= MOST_OF_A_ROUTE:
            continue
        visits[route] += 1
        answer = client.get(address)
        assert answer.status_code < 500, address
        body = b"".join(answer).decode() if answer.streaming else answer.content.decode()
        shown[address] = route, answer.headers.get("Content-Type", ""), body
        waiting += [html.unescape(link) for link in LINK.findall(body)]
    return shown


def log_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def pages(db: None) -> Shown:
    """Of three people, one after the other."""
    ada, root = write_everything()
    people = [f"/discussions/people/{person.pk}/" for person in User.objects.order_by("pk")[:4]]
    seen = [crawl(client, *people) for client in (Client(), log_in(ada), log_in(root))]
    return {f"{number} {address}": page for number, found in enumerate(seen) for address, page in found.items()}


def test_the_attacks_would_be_noticed() -> None:
    noticed = [payload for payload in PAYLOADS if find_live(f"<div>{payload}</div>", "text/html")]
    assert len(noticed) > 60
    feed = "<feed><entry><content type='html'>&lt;img src=x onerror=alert(1)&gt;</content></entry></feed>"
    assert find_live(feed, "application/atom+xml") == ["<img onerror>"]


def test_nothing_acts_on_any_page_of_discussions_nor_runs_in_a_browser(pages: Shown) -> None:
    alive = {address: found for address, (_, kind, body) in pages.items() if (found := find_live(body, kind))}
    assert alive == {}
    told = [body for _, kind, body in pages.values() if "html" in kind and "alert(1)" in body]
    assert len(told) > 20, "they are shown as text"
    routes = {route for route, _, _ in pages.values()}
    assert len(routes) >= 5, routes
    worst = {
        route: body
        for route, kind, body in sorted(pages.values(), key=lambda page: page[2].count("alert(1)"))
        if "html" in kind
    }
    with opened() as page:
        for route, body in worst.items():
            ran, addresses = visit(page, body, {})
            assert (ran, addresses) == ([], []), route
