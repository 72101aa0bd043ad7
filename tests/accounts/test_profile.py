from __future__ import annotations

import pytest
from django.test import Client

from apps.accounts.mailbox import read_newest
from apps.accounts.models import Role, User

from .people import PASSWORD, build_person, enter_code, log_in

pytestmark = pytest.mark.django_db

PAGES = ["/accounts/profile/", "/accounts/email/", "/accounts/password/change/", "/accounts/logout/"]


@pytest.mark.parametrize("path", [*PAGES[:3], "/accounts/reauthenticate/"])
def test_visitors_are_sent_to_log_in(client: Client, path: str) -> None:
    assert client.get(path).headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_of_an_account_opens(client: Client, path: str) -> None:
    client.force_login(build_person())
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
    client.force_login(build_person(roles=(Role.STUDENT, Role.EDITOR)))
    page = client.get("/accounts/profile/").content.decode()
    assert "ada@example.org" in page
    assert "editor, student" in page


def test_the_name_can_be_changed(client: Client) -> None:
    person = build_person()
    client.force_login(person)
    client.post("/accounts/profile/", {"name": " Ada   L. ", "is_staff": "on"})
    person.refresh_from_db()
    assert (person.name, person.is_staff) == ("Ada L.", False)


def test_a_refused_name_is_explained_and_not_kept(client: Client) -> None:
    person = build_person()
    client.force_login(person)
    page = client.post("/accounts/profile/", {"name": "\u202e<b>"}).content.decode()
    assert "letters, digits, spaces and punctuation" in page
    assert "<b>" not in page
    assert User.objects.get(pk=person.pk).name == "Ada"


def test_the_address_changes_once_the_new_one_is_verified(client: Client) -> None:
    person = build_person()
    client.force_login(person)
    assert ask_for_address(client, "new@example.org") == "/accounts/confirm-email/"
    person.refresh_from_db()
    assert person.email == "ada@example.org"
    mail = next(mail for mail in read_newest() if mail.to == "new@example.org")
    assert enter_code(client, mail.code) == "/accounts/profile/"
    person.refresh_from_db()
    assert person.email == "new@example.org"
    told = {(mail.to, mail.subject) for mail in read_newest()}
    assert ("ada@example.org", "Your Kindling address was changed") in told


def test_changing_the_address_asks_for_the_password(client: Client) -> None:
    client.force_login(build_person())
    answer = client.post("/accounts/email/", {"email": "new@example.org", "action_add": ""})
    assert answer.headers["Location"] == "/accounts/reauthenticate/?next=%2Faccounts%2Femail%2F"
    refused = client.post(answer.headers["Location"], {"password": "not the one"})
    assert "This is not your password" in refused.content.decode()
    assert not read_newest()


def test_an_address_that_is_taken_stays_with_its_owner(client: Client) -> None:
    ada, bob = build_person(), build_person("bob@example.org", name="Bob")
    client.force_login(ada)
    assert ask_for_address(client, "bob@example.org") == "/accounts/confirm-email/"
    code = next(mail.code for mail in read_newest() if mail.to == "bob@example.org")
    enter_code(client, code)
    for person in (ada, bob):
        email = person.email
        person.refresh_from_db()
        assert person.email == email


def ask_for_address(client: Client, email: str) -> str:
    """Where it leads to ask for another address, the password given once more."""
    answer = client.post("/accounts/email/", {"email": email, "action_add": ""})
    return client.post(answer.headers["Location"], {"password": PASSWORD}).headers.get("Location", "")


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
