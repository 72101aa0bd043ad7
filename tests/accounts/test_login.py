from __future__ import annotations

import re
from datetime import datetime, timedelta
from unittest import mock

import pytest
from django.test import Client

from apps.accounts.mailbox import read_newest
from apps.accounts.models import User

from .people import PASSWORD, build_person, is_logged_in, log_in, newest_mail

pytestmark = pytest.mark.django_db


def test_it_lets_in_by_address_in_any_case(client: Client) -> None:
    build_person()
    assert log_in(client, "ADA@example.ORG") == "/"
    assert is_logged_in(client)


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client: Client) -> None:
    build_person()
    answers = [
        client.post("/accounts/login/", {"login": email, "password": "not the one"}).content.decode()
        for email in ("ada@example.org", "nobody@example.org")
    ]
    known, unknown = (re.sub(r'value="[^"]*"|nonce="[^"]+"', "", answer) for answer in answers)
    assert "do not belong together" in known
    assert known == unknown


def test_a_closed_account_is_not_let_in(client: Client) -> None:
    person = build_person()
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert log_in(client) == "/accounts/inactive/"
    assert not is_logged_in(client)
    assert "closed" in client.get("/accounts/inactive/").content.decode()


def test_closing_an_account_ends_its_sessions(client: Client) -> None:
    person = build_person()
    log_in(client)
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert client.get("/accounts/profile/").status_code == 302


def test_five_wrong_passwords_are_enough(client: Client) -> None:
    build_person()
    for _ in range(5):
        log_in(client, password="not the one")
    answer = client.post("/accounts/login/", {"login": "ada@example.org", "password": PASSWORD})
    assert "Too many attempts" in answer.content.decode()
    assert not is_logged_in(client)


@pytest.mark.parametrize(
    "next_url",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:///evil.example",
        "https:evil.example",
    ],
)
def test_next_stays_on_the_site(client: Client, next_url: str) -> None:
    build_person()
    assert log_in(client, next=next_url) == "/"


def test_next_leads_back(client: Client) -> None:
    build_person()
    assert log_in(client, next="/courses/pytorch-essentials/?a=b#quiz") == "/courses/pytorch-essentials/?a=b#quiz"


def test_logging_out_takes_a_post(client: Client) -> None:
    build_person()
    log_in(client)
    client.get("/accounts/logout/")
    assert is_logged_in(client)
    client.post("/accounts/logout/")
    assert not is_logged_in(client)


def test_logging_in_needs_the_token_of_our_page() -> None:
    build_person()
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/accounts/login/", {"login": "ada@example.org", "password": PASSWORD})
    assert answer.status_code == 403


def test_a_new_password_is_chosen_by_the_link_in_the_mail(client: Client) -> None:
    person = build_person()
    elsewhere = Client()
    log_in(elsewhere)

    client.post("/accounts/password/reset/", {"email": "ada@example.org"})
    form = client.get(find_link(newest_mail().text), follow=True)
    path = form.redirect_chain[-1][0]
    answer = client.post(path, {"password1": "a steeper gradient", "password2": "a steeper gradient"})

    assert answer.headers["Location"] == "/accounts/password/reset/key/done/"
    person.refresh_from_db()
    assert person.check_password("a steeper gradient")
    assert elsewhere.get("/accounts/profile/").status_code == 302, "sessions elsewhere end"
    assert newest_mail().subject == "Your Kindling password was changed"


def test_a_link_works_once_and_for_an_hour(client: Client) -> None:
    build_person()
    client.post("/accounts/password/reset/", {"email": "ada@example.org"})
    link = find_link(newest_mail().text)
    with mock.patch("django.contrib.auth.tokens.PasswordResetTokenGenerator._now") as now:
        now.return_value = datetime.now() + timedelta(seconds=3700)
        assert "no longer works" in client.get(link, follow=True).content.decode()
    path = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(path, {"password1": "a steeper gradient", "password2": "a steeper gradient"})
    assert "no longer works" in Client().get(link, follow=True).content.decode()


def test_asking_for_a_link_tells_nothing_about_accounts(client: Client) -> None:
    build_person()
    answers = [
        client.post("/accounts/password/reset/", {"email": email}).headers["Location"]
        for email in ("ada@example.org", "nobody@example.org")
    ]
    assert len(set(answers)) == 1
    assert [mail.to for mail in read_newest()] == ["nobody@example.org", "ada@example.org"]


def find_link(text: str) -> str:
    link = re.search(r"http://testserver(/\S+)", text.replace("http://testserver/\n", ""))
    assert link
    return link[1]
