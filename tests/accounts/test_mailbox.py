from __future__ import annotations

import logging
from pathlib import Path

import pytest
from django.core.mail import send_mail
from django.test import Client
from pytest_django import Settings

from apps.accounts.models import Role
from kindling.settings import read_mail

from .people import build_person

pytestmark = pytest.mark.django_db


def post(subject: str, text: str = "Hello") -> None:
    send_mail(subject, text, None, ["ada@example.org"])


def test_a_mail_is_a_file_a_log_line_and_on_the_page(
    client: Client, mailbox: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        post("First")
    post("Second", "Code:\n\nABCD-2345\n\nhttp://testserver/there?a=1&b=2 <script>")
    assert len(list(mailbox.glob("*.eml"))) == 2
    assert "First" in caplog.text
    assert "ada@example.org" in caplog.text
    page = client.get("/mailbox/").content.decode()
    assert page.index("Second") < page.index("First"), "newest first"
    assert 'value="ABCD-2345"' in page
    assert '<a href="http://testserver/there?a=1&amp;b=2"' in page
    assert "&lt;script&gt;" in page


def test_it_is_empty_at_first(client: Client) -> None:
    assert "No mail yet" in client.get("/mailbox/").content.decode()


def test_it_is_hidden_where_mails_go_to_a_server(client: Client, settings: Settings) -> None:
    settings.EMAIL_BACKEND, _ = read_mail("smtp://mail.example:25")
    assert client.get("/mailbox/").status_code == 404
    assert "/mailbox/" not in client.get("/accounts/login/").content.decode()


@pytest.mark.parametrize("origin", [{"REMOTE_ADDR": "192.0.2.1"}, {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}])
def test_it_is_hidden_from_other_machines(client: Client, origin: dict[str, str]) -> None:
    client.force_login(build_person())
    assert client.get("/mailbox/", **origin).status_code == 404  # type: ignore[arg-type]
    assert "/mailbox/" not in client.get("/accounts/profile/", **origin).content.decode()  # type: ignore[arg-type]


def test_admins_read_it_from_anywhere(client: Client) -> None:
    client.force_login(build_person(roles=(Role.ADMIN,)))
    assert client.get("/mailbox/", REMOTE_ADDR="192.0.2.1").status_code == 200


def test_a_mail_server_is_read_from_its_url() -> None:
    backend, found = read_mail("smtp://kim:p%40ss@mail.example:587?tls=1&from=Kindling%20%3Chi%40example.org%3E")
    assert backend.endswith("smtp.EmailBackend")
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"], found["EMAIL_USE_TLS"]) == ("mail.example", 587, True)
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("kim", "p@ss")
    assert found["DEFAULT_FROM_EMAIL"] == "Kindling <hi@example.org>"
