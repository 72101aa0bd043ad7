"""Postgres or Valkey away, really killed: every address says so at once and in plain words, and heals by itself."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from tests.faults.addresses import CHAPTER, COURSE, list_addresses
from tests.faults.sites import LOG_IN, Site, running_site
from tests.product import wait_for

CHAPTER_PAGE = f"courses/{COURSE}/{CHAPTER}/"
SOON_S = 30.0
"""An answer that takes longer is one that waits for what is away; a bound, not a measure."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="module")
def student(site: Site) -> Iterator[httpx.Client]:
    session = site.manage("shell", "-c", LOG_IN).split()[-1]
    with httpx.Client(base_url=site.url, cookies={"session": session}, timeout=20) as client:
        assert client.get("accounts/profile/").status_code == 200
        yield client


@pytest.fixture
def visitor(site: Site) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site.url, timeout=20) as client:
        yield client


@contextmanager
def away(site: Site, name: str) -> Iterator[None]:
    with ExitStack() as stack:
        site.kill(name)
        stack.callback(site.start, name)
        yield


def read_token(client: httpx.Client) -> dict[str, str]:
    """What a program's request carries; the page must be read while the site is whole."""
    assert client.get("accounts/profile/" if "session" in client.cookies else "accounts/login/").status_code == 200
    return {"X-CSRFToken": client.cookies["csrf"], "Accept": "application/json"}


def start_run(client: httpx.Client, headers: dict[str, str], token: uuid.UUID) -> httpx.Response:
    body = {"code": "print(1)", "project": None, "client_token": str(token)}
    return client.post("runs/", json=body, headers=headers)


@pytest.mark.parametrize("name", ["postgres", "valkey"])
def test_no_address_breaks_or_keeps_anybody_waiting(site: Site, student: httpx.Client, name: str) -> None:
    headers = {"X-CSRFToken": read_token(student)["X-CSRFToken"]}
    addresses = sorted({address for address in list_addresses() if not address.endswith("/logout/")})
    with away(site, name):
        for method in ("GET", "POST"):
            for address in addresses:
                answer = student.request(method, address, headers=headers, timeout=SOON_S)
                assert answer.status_code != 500, f"{method} {address}: {answer.text[:300]}"
                assert (answer.status_code == 503) <= ("Retry-After" in answer.headers), f"{method} {address}"


def test_pages_say_that_postgres_is_away_and_come_back(site: Site, student: httpx.Client) -> None:
    assert student.get(CHAPTER_PAGE).status_code == 200
    with away(site, "postgres"):
        answer = student.get(CHAPTER_PAGE)
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert "no-store" in answer.headers["Cache-Control"]
        assert "default-src" in answer.headers["Content-Security-Policy"]
        assert "away for a moment" in answer.text
    assert student.get(CHAPTER_PAGE).status_code == 200


def test_visitors_read_on_while_postgres_is_away(site: Site, visitor: httpx.Client) -> None:
    page = visitor.get(CHAPTER_PAGE)
    with away(site, "postgres"):
        time.sleep(1.1)  # longer than a page is kept without looking
        again = visitor.get(CHAPTER_PAGE)
    assert (again.status_code, again.text) == (200, page.text)
    assert visitor.get(CHAPTER_PAGE).status_code == 200


def test_scripts_are_told_in_json_and_their_run_starts_once(site: Site, student: httpx.Client) -> None:
    headers, token = read_token(student), uuid.uuid4()
    with away(site, "postgres"):
        refused = start_run(student, headers, token)
        assert refused.status_code == 503
        assert "try again" in refused.json()["error"]
    assert start_run(student, headers, token).status_code == 201
    assert start_run(student, headers, token).status_code == 200


def test_a_fragment_stands_beside_what_was_typed(site: Site, visitor: httpx.Client) -> None:
    with away(site, "postgres"):
        answer = visitor.get(f"{CHAPTER_PAGE}discussion/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Reswap"]) == (503, "afterbegin")
    assert answer.text.startswith("<p ")


def test_every_request_of_an_outage_is_one_line_of_the_log(site: Site, student: httpx.Client) -> None:
    before = len(site.log.splitlines())
    with away(site, "postgres"):
        for _ in range(3):
            assert student.get(CHAPTER_PAGE).status_code == 503
    lines = site.log.splitlines()[before:]
    assert [CHAPTER_PAGE in line and "OperationalError" in line for line in lines] == [True] * 3, lines


def test_reading_and_running_need_no_valkey(site: Site, student: httpx.Client, visitor: httpx.Client) -> None:
    headers = read_token(student)
    with away(site, "valkey"):
        for address in ("", f"courses/{COURSE}/", CHAPTER_PAGE, f"{CHAPTER_PAGE}discussion/"):
            assert visitor.get(address).status_code == 200
            assert student.get(address).status_code == 200
        assert start_run(student, headers, uuid.uuid4()).status_code == 201


def test_logging_in_waits_for_valkey_which_counts_the_attempts(site: Site, visitor: httpx.Client) -> None:
    visitor.get("accounts/login/")
    form = {"login": "ada@example.org", "password": "wrong", "csrfmiddlewaretoken": visitor.cookies["csrf"]}
    with away(site, "valkey"):
        assert visitor.post("accounts/login/", data=form).status_code == 503
    wait_for(lambda: visitor.post("accounts/login/", data=form).status_code == 200, "the log-in page")


def test_what_is_too_long_is_told_so(site: Site, student: httpx.Client, visitor: httpx.Client) -> None:
    headers = read_token(student)
    long = "x" * 3_000_000
    run = student.post("runs/", json={"code": long, "client_token": str(uuid.uuid4())}, headers=headers)
    assert (run.status_code, list(run.json())) == (413, ["error"])
    as_form = student.post("runs/", data={"code": long}, headers=headers)
    assert (as_form.status_code, list(as_form.json())) == (413, ["error"])
    post = visitor.post(
        "accounts/login/", data={"login": long}, headers={"X-CSRFToken": read_token(visitor)["X-CSRFToken"]}
    )
    assert post.status_code == 413
    assert "too long" in post.text
