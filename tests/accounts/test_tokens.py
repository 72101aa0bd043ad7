"""Access tokens: made once, shown once, dead at once."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts import tokens
from apps.accounts.mailbox import read_newest
from apps.accounts.models import AccessToken, Scope, User

from .people import PASSWORD, build_person, log_in

pytestmark = pytest.mark.django_db

FORM = {"name": "laptop", "scopes": ["runs:read"], "days": "30"}


@pytest.fixture
def ada(client: Client) -> User:
    person = build_person()
    client.force_login(person)
    return person


def issue(person: User, **changes: object) -> tuple[AccessToken, str]:
    wanted: dict[str, object] = {
        "name": "laptop",
        "scopes": [Scope.RUNS_READ],
        "lifetime": timedelta(days=1),
        **changes,
    }
    return tokens.issue(actor=person, **wanted)  # type: ignore[arg-type]


def make_by_page(client: Client, **changes: object) -> str:
    """The page that follows on asking for a token, with the password given on the way."""
    answer = client.post("/accounts/tokens/new/", FORM | changes)
    if answer.status_code == 302:
        answer = client.post(answer.headers["Location"], {"password": PASSWORD})
    return answer.content.decode()


@pytest.mark.parametrize("path", ["", "new/", "1/revocation/"])
def test_visitors_are_sent_to_log_in(client: Client, path: str) -> None:
    answer = client.post(f"/accounts/tokens/{path}") if path.startswith("1") else client.get(f"/accounts/tokens/{path}")
    assert answer.headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("method", ["get", "post"])
def test_making_one_asks_for_the_password(client: Client, ada: User, method: str) -> None:
    answer = getattr(client, method)("/accounts/tokens/new/", FORM if method == "post" else None)
    assert answer.headers["Location"] == "/accounts/reauthenticate/?next=%2Faccounts%2Ftokens%2Fnew%2F"
    assert not AccessToken.objects.exists()


def test_it_is_shown_once(client: Client, ada: User) -> None:
    shown = re.findall(r"kdl_[\w-]{43}", make_by_page(client))
    assert len(shown) == 1
    listed = client.get("/accounts/tokens/")
    assert shown[0] not in listed.content.decode()
    assert f"kdl_…{shown[0][-4:]}" in listed.content.decode()
    assert "no-store" in listed["Cache-Control"]


def test_it_opens_what_was_asked_for_as_long_as_was_asked_for(client: Client, ada: User) -> None:
    secret = re.findall(r"kdl_[\w-]{43}", make_by_page(client))[0]
    token = tokens.find(secret)
    assert token is not None
    assert (token.user, token.name, token.scopes) == (ada, "laptop", ["runs:read"])
    assert timedelta(days=29) < token.expires_at - timezone.now() <= timedelta(days=30)


def test_its_owner_is_told_by_mail(client: Client, ada: User) -> None:
    make_by_page(client)
    [mail] = read_newest()
    assert (mail.to, mail.subject) == ("ada@example.org", "A new token opens your Kindling account")
    assert "laptop" in mail.text
    assert "kdl_" not in mail.text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "required"),
        ({"name": "\u202etop"}, "letters, digits"),
        ({"scopes": []}, "Choose what the token may do"),
        ({"scopes": ["runs:all"]}, "not one of the available choices"),
        ({"days": "9999"}, "not one of the available choices"),
    ],
)
def test_what_cannot_be_is_explained(client: Client, ada: User, changes: dict[str, object], words: str) -> None:
    assert words in make_by_page(client, **changes)
    assert not AccessToken.objects.exists()


def test_nobody_has_more_than_the_most(client: Client, ada: User) -> None:
    for _ in range(tokens.MAX_TOKENS):
        issue(ada)
    assert "Revoke one of them" in make_by_page(client)
    AccessToken.objects.filter(pk=AccessToken.objects.latest("id").pk).update(expires_at=timezone.now())
    assert "kdl_" in make_by_page(client)


def test_a_revoked_one_opens_nothing(client: Client, ada: User) -> None:
    token, secret = issue(ada)
    assert client.post(f"/accounts/tokens/{token.pk}/revocation/").status_code == 302
    assert tokens.find(secret) is None
    assert "laptop" not in client.get("/accounts/tokens/").content.decode()
    assert client.post(f"/accounts/tokens/{token.pk}/revocation/").status_code == 404


def test_nobody_sees_or_revokes_somebody_elses(client: Client, ada: User) -> None:
    token, secret = issue(build_person("bob@example.org", name="Bob"))
    assert token.ending not in client.get("/accounts/tokens/").content.decode()
    assert client.post(f"/accounts/tokens/{token.pk}/revocation/").status_code == 404
    assert tokens.find(secret) is not None


def test_looking_revokes_nothing(client: Client, ada: User) -> None:
    token, _ = issue(ada)
    assert client.get(f"/accounts/tokens/{token.pk}/revocation/").status_code == 405


def test_an_expired_one_opens_nothing(ada: User) -> None:
    assert tokens.find(issue(ada, lifetime=timedelta(0))[1]) is None


def test_that_of_a_closed_account_opens_nothing(ada: User) -> None:
    _, secret = issue(ada)
    User.objects.update(is_active=False)
    assert tokens.find(secret) is None


def test_a_new_password_revokes_them_all(client: Client) -> None:
    _, secret = issue(build_person())
    log_in(client)
    new = {"password1": "a steeper gradient", "password2": "a steeper gradient"}
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD} | new)
    assert tokens.find(secret) is None


@pytest.mark.parametrize("secret", ["", "kdl_", "kdl_\ud800", "Kdl_x", "kdl_" + "a" * 10_000])
def test_what_is_no_token_opens_nothing(ada: User, secret: str) -> None:
    assert tokens.find(secret) is None


def test_finding_one_is_a_query_and_its_use_noted_now_and_then(
    ada: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    token, secret = issue(ada)
    with django_assert_num_queries(2):
        tokens.find(secret)
    with django_assert_num_queries(1):
        tokens.find(secret)
    token.refresh_from_db()
    assert token.last_used_at is not None
    AccessToken.objects.update(last_used_at=token.last_used_at - 2 * tokens.FRESH)
    with django_assert_num_queries(2):
        tokens.find(secret)


def test_the_database_holds_no_secret(ada: User) -> None:
    _, secret = issue(ada)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(t)::text FROM accounts_accesstoken t")
        [(row,)] = cursor.fetchall()
    assert secret not in row
    assert secret[4:20] not in row


@pytest.mark.parametrize("count", [1, 10])
def test_the_list_costs_the_same_for_one_and_for_ten(
    client: Client, ada: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(count):
        issue(ada)
    with django_assert_num_queries(3):
        client.get("/accounts/tokens/")


def test_the_profile_leads_there(client: Client, ada: User, mailbox: Path) -> None:
    assert 'href="/accounts/tokens/"' in client.get("/accounts/profile/").content.decode()
