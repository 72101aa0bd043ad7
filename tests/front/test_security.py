import re

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from pytest_django import Settings

from kindling.security import HEADER, build_policy, streams_origin
from kindling.urls import urlpatterns as site


def break_down(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a page that breaks, for the test")


urlpatterns = [path("breaks/", break_down), *site]


def parse(policy: str) -> dict[str, list[str]]:
    parts = [part.split() for part in policy.split(";")]
    return {name: values for name, *values in parts}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "status"), [("/", 200), ("/accounts/login/", 200), ("/nothing/here/", 404), ("/runs/", 302)]
)
def test_every_response_carries_the_policy(client: Client, address: str, status: int) -> None:
    response = client.get(address)
    assert response.status_code == status
    policy = parse(response.headers[HEADER])
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"] == policy["style-src"] == ["'self'"]
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == ["'none'"]
    assert policy["form-action"] == ["'self'"]


@override_settings(ROOT_URLCONF="tests.front.test_security")
def test_a_page_that_breaks_carries_the_policy() -> None:
    response = Client(raise_request_exception=False).get("/breaks/")
    assert response.status_code == 500
    assert b"not your doing" in response.content
    assert HEADER in response.headers


@pytest.mark.django_db
def test_a_foreign_host_is_refused_with_the_policy(client: Client) -> None:
    response = client.get("/", headers={"host": "elsewhere.example"})
    assert response.status_code == 400
    assert "connect-src 'self';" in response.headers[HEADER]


@pytest.mark.django_db
def test_other_headers_protect_too(client: Client) -> None:
    headers = client.get("/").headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("configured", "host", "origin"),
    [
        ("", "localhost:8000", "http://localhost:8001"),
        ("", "[::1]:8000", "http://[::1]:8001"),
        ("https://live.example/events", "localhost", "https://live.example"),
    ],
)
def test_live_events_may_come_from_the_streams_only(
    settings: Settings, configured: str, host: str, origin: str
) -> None:
    settings.STREAMS_URL = configured
    settings.STREAMS_PORT = 8001
    request = RequestFactory().get("/", headers={"host": host})
    assert streams_origin(request) == origin
    assert parse(build_policy(origin))["connect-src"] == ["'self'", origin]


HERE = {"Origin": "http://testserver"}
BROWSERS = [
    ({"Sec-Fetch-Site": "same-origin"} | HERE, 302),  # what browsers send with a form of ours
    ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 403),  # Django's rule: an origin that is sent must be ours
    ({"Sec-Fetch-Site": "same-origin"}, 302),
    (HERE, 302),  # without TLS, or before Sec-Fetch-Site
    ({"Origin": "https://elsewhere.example"}, 403),
    ({"Origin": "http://testserver:81"}, 403),
    ({"Origin": "https://testserver"}, 403),
    ({"Origin": "null"}, 403),
    ({"Sec-Fetch-Site": "cross-site"}, 403),
    ({"Sec-Fetch-Site": "cross-site"} | HERE, 403),
    ({"Sec-Fetch-Site": "same-site"}, 403),  # another host of the same domain
    ({"Sec-Fetch-Site": "none"}, 403),  # typed in: nobody types a form
    ({"Sec-Fetch-Site": "anything"}, 403),
    ({}, 403),  # a program, or a browser of long ago: with the token, else not
]


@pytest.mark.django_db
@pytest.mark.parametrize(("headers", "status"), BROWSERS)
def test_a_form_without_token_must_come_from_our_own_pages(headers: dict[str, str], status: int) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post("/accounts/logout/", headers=headers).status_code == status


@pytest.mark.django_db
def test_who_says_nothing_needs_the_token() -> None:
    client = Client(enforce_csrf_checks=True)
    form = client.get("/accounts/login/").content.decode()
    token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', form)[0]
    assert client.post("/accounts/logout/", {"csrfmiddlewaretoken": token}).status_code == 302
    cross = {"Sec-Fetch-Site": "cross-site"}
    assert client.post("/accounts/logout/", {"csrfmiddlewaretoken": token[::-1]}, headers=cross).status_code == 403
