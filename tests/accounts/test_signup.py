from __future__ import annotations

import re
import time
from unittest import mock

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from apps.accounts.access import is_editor
from apps.accounts.mailbox import read_newest
from apps.accounts.models import User

from .people import build_person, enter_code, is_logged_in, log_in, newest_mail, sign_up

pytestmark = pytest.mark.django_db


def test_it_makes_an_account_by_the_code_in_the_mail(client: Client) -> None:
    assert sign_up(client) == "/accounts/confirm-email/"
    assert not is_logged_in(client)
    mail = newest_mail()
    assert mail.to == "ada@example.org"

    assert enter_code(client, mail.code) == "/"

    person = User.objects.get()
    assert is_logged_in(client)
    assert person.name == "Ada"
    assert person.role_names == {"student"}
    assert not is_editor(person)
    assert person.password.startswith("argon2")
    assert EmailAddress.objects.get().verified


def test_it_goes_back_to_the_page_the_visitor_came_from(client: Client) -> None:
    sign_up(client, next="/courses/pytorch-essentials/")
    assert enter_code(client, newest_mail().code) == "/courses/pytorch-essentials/"


def test_it_keeps_what_the_visitor_did_before(client: Client) -> None:
    client.get("/accounts/signup/")
    session = client.session
    session["note"] = {"read": ["introduction"]}
    session.save()
    client.cookies["session"] = str(session.session_key)
    before = session.session_key

    sign_up(client)
    enter_code(client, newest_mail().code)

    assert client.session["note"] == {"read": ["introduction"]}
    assert client.session.session_key != before, "a session that others may know must not become a person's"


def test_a_wrong_code_is_refused_in_plain_words(client: Client) -> None:
    sign_up(client)
    answer = client.post("/accounts/confirm-email/", {"code": "AAAA-BBBB"})
    assert "This is not the code that we sent" in answer.content.decode()
    assert not is_logged_in(client)


def test_the_third_wrong_code_ends_it(client: Client) -> None:
    sign_up(client)
    code = newest_mail().code
    for _ in range(3):
        client.post("/accounts/confirm-email/", {"code": "AAAA-BBBB"})
    enter_code(client, code)
    assert not is_logged_in(client)


def test_a_code_holds_for_ten_minutes(client: Client) -> None:
    sign_up(client)
    code = newest_mail().code
    with mock.patch("time.time", return_value=time.time() + 601):
        enter_code(client, code)
        assert not is_logged_in(client)


def test_a_code_is_bound_to_the_browser_that_asked(client: Client) -> None:
    sign_up(client)
    stranger = Client()
    assert enter_code(stranger, newest_mail().code) == "/accounts/login/"
    assert not is_logged_in(stranger)


def test_a_new_code_can_be_asked_for(client: Client, mailbox: object) -> None:
    sign_up(client)
    first = newest_mail().code
    with mock.patch("allauth.account.internal.flows.email_verification.ratelimit.consume", return_value=True):
        client.post("/accounts/confirm-email/", {"action": "resend"})
    second = newest_mail().code
    assert second != first
    assert enter_code(client, first) == ""
    assert enter_code(client, second) == "/"


def test_another_address_can_be_used_instead(client: Client) -> None:
    sign_up(client, email="tpyo@example.org")
    assert client.post("/accounts/confirm-email/cancellation/").headers["Location"] == "/accounts/signup/"
    sign_up(client)
    enter_code(client, newest_mail().code)
    assert User.objects.get(pk=client.session["_auth_user_id"]).email == "ada@example.org"


def test_an_unverified_person_is_asked_for_the_code_at_login(client: Client) -> None:
    build_person(verified=False)
    assert log_in(client) == "/accounts/confirm-email/"
    assert not is_logged_in(client)
    enter_code(client, newest_mail().code)
    assert is_logged_in(client)


def test_a_taken_address_is_told_to_its_owner_only(client: Client) -> None:
    build_person()
    stranger = Client()
    assert sign_up(client) == sign_up(stranger, email="new@example.org") == "/accounts/confirm-email/"
    told = [mail.subject for mail in read_newest()]
    assert told == ["Your Kindling code", "You already have a Kindling account"]
    assert User.objects.filter(email="ada@example.org").count() == 1

    taken, free = (read_confirmation(each) for each in (client, stranger))
    assert taken.replace("ada@", "new@") == free


def test_giving_up_answers_the_same_for_a_taken_address(client: Client) -> None:
    build_person()
    stranger = Client()
    for each, email in ((client, "ada@example.org"), (stranger, "new@example.org")):
        sign_up(each, email=email)
        each.post("/accounts/confirm-email/cancellation/")
    answers = [each.get("/accounts/confirm-email/").headers["Location"] for each in (client, stranger)]
    assert answers == ["/accounts/login/"] * 2


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"name": "  "}, "required"),
        ({"name": "A\u202eda"}, "letters, digits, spaces and punctuation"),
        ({"name": "x" * 61}, "at most 60"),
        ({"email": "ada"}, "valid email"),
        ({"password1": "short"}, "too short"),
        ({"password1": "password1234"}, "too common"),
        ({"name": "Ada Lovelace", "password1": "adalovelace"}, "too similar"),
        ({"password1": "ada@example.org"}, "too similar"),
    ],
)
def test_it_says_what_is_wrong_and_keeps_what_was_entered(client: Client, changes: dict[str, str], reason: str) -> None:
    form = {"name": "Ada", "email": "ada@example.org", "password1": "a quiet gradient"} | changes
    page = client.post("/accounts/signup/", form).content.decode()
    assert reason in page
    assert f'value="{form["email"]}"' in page
    assert f'value="{form["password1"]}"' not in page or form["password1"] == form["email"]
    assert not User.objects.exists()


def test_sign_ups_at_the_same_moment_make_one_account(client: Client) -> None:
    def overtake(value: str) -> tuple[str, bool]:
        build_person()
        return value, False

    with mock.patch("allauth.account.internal.flows.manage_email.email_already_exists", side_effect=overtake):
        assert sign_up(client) == "/accounts/confirm-email/"
    assert User.objects.count() == 1


def read_confirmation(client: Client) -> str:
    """The page that asks for the code, without the tokens that differ each time."""
    return re.sub(
        r'name="csrfmiddlewaretoken" value="\w+"|nonce="[^"]+"',
        "",
        client.get("/accounts/confirm-email/").content.decode(),
    )
