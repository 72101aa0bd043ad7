from __future__ import annotations

import time
from unittest import mock

import pytest
from django.test import Client

from apps.accounts.models import Role, User

from .people import PASSWORD, build_person, enter_code, log_in, newest_mail

pytestmark = pytest.mark.django_db

PAGES = ["/accounts/profile/", "/accounts/email/", "/accounts/password/change/", "/accounts/logout/"]


@pytest.mark.parametrize("path", [*PAGES[:3], "/accounts/reauthenticate/"])
def test_visitors_are_sent_to_log_in(client: Client, path: str) -> None:
    assert client.get(path).headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_of_an_account_opens(client: Client, path: str) -> None:
    build_person()
    log_in(client)
    assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/login/",
        "/accounts/signup/",
        "/accounts/password/reset/",
        "/accounts/password/reset/done/",
        "/accounts/password/reset/key/1-nonsense/",
        "/accounts/password/reset/key/done/",
        "/accounts/inactive/",
    ],
)
def test_every_page_before_login_opens(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200


def test_it_shows_name_address_and_roles(client: Client) -> None:
    build_person(roles=(Role.STUDENT, Role.EDITOR))
    log_in(client)
    page = client.get("/accounts/profile/").content.decode()
    assert "ada@example.org" in page
    assert "editor, student" in page


def test_the_name_can_be_changed(client: Client) -> None:
    person = build_person()
    log_in(client)
    client.post("/accounts/profile/", {"name": " Ada   L. ", "is_staff": "on"})
    person.refresh_from_db()
    assert (person.name, person.is_staff) == ("Ada L.", False)


def test_a_refused_name_is_explained_and_not_kept(client: Client) -> None:
    person = build_person()
    log_in(client)
    page = client.post("/accounts/profile/", {"name": "\u202e<b>"}).content.decode()
    assert "letters, digits, spaces and punctuation" in page
    assert "<b>" not in page
    assert User.objects.get(pk=person.pk).name == "Ada"


def test_the_address_changes_once_the_new_one_is_verified(client: Client) -> None:
    person = build_person()
    log_in(client)
    answer = client.post("/accounts/email/", {"email": "new@example.org", "action_add": ""})
    assert answer.headers["Location"] == "/accounts/email/"
    person.refresh_from_db()
    assert person.email == "ada@example.org"
    assert "waits to be verified" in client.get("/accounts/email/").content.decode()
    code = next(mail for mail in [newest_mail()] if mail.to == "new@example.org").code
    assert enter_code(client, code) == "/accounts/profile/"
    person.refresh_from_db()
    assert person.email == "new@example.org"


def test_after_a_while_a_new_password_asks_who_it_is(client: Client) -> None:
    build_person()
    log_in(client)
    with mock.patch("time.time", return_value=time.time() + 3600):
        answer = client.post("/accounts/email/", {"email": "new@example.org", "action_add": ""})
        assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
        assert client.get(answer.headers["Location"]).status_code == 200
        assert client.post(answer.headers["Location"], {"password": PASSWORD}).status_code == 302


def test_changing_the_password_keeps_this_session_and_ends_the_others(client: Client) -> None:
    build_person()
    elsewhere = Client()
    log_in(client)
    log_in(elsewhere)
    new = {"password1": "a steeper gradient", "password2": "a steeper gradient"}
    answer = client.post("/accounts/password/change/", {"oldpassword": PASSWORD} | new)
    assert answer.headers["Location"] == "/accounts/profile/"
    assert client.get("/accounts/profile/").status_code == 200
    assert elsewhere.get("/accounts/profile/").status_code == 302
