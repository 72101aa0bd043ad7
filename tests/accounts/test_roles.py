from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.core.exceptions import PermissionDenied
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.accounts.access import is_admin, is_editor, is_moderator
from apps.accounts.models import Role, User
from apps.accounts.people import EmailTaken, create_person
from apps.accounts.roles import grant, withdraw

from .people import build_person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "moderates", "edits", "administers"),
    [
        (Role.STUDENT, False, False, False),
        (Role.MODERATOR, True, False, False),
        (Role.EDITOR, False, True, False),
        (Role.ADMIN, True, True, True),
    ],
)
def test_a_role_allows_what_its_name_says(role: Role, moderates: bool, edits: bool, administers: bool) -> None:
    person = build_person(roles=(role,))
    assert (is_moderator(person), is_editor(person), is_admin(person)) == (moderates, edits, administers)


def test_neither_visitors_nor_closed_accounts_have_roles() -> None:
    closed = build_person(roles=(Role.ADMIN,))
    closed.is_active = False
    assert not is_admin(closed)
    assert not is_admin(AnonymousUser())


def test_staff_status_follows_the_admin_role_however_the_groups_change() -> None:
    person = build_person()
    grant(actor=None, person=person, role=Role.ADMIN)
    admins = Group.objects.get(name="admin")
    assert read_status(person) == (True, True)
    withdraw(actor=None, person=person, role=Role.ADMIN)
    assert read_status(person) == (False, False)
    admins.user_set.add(person)
    assert read_status(person) == (True, True)
    admins.user_set.clear()
    assert read_status(person) == (False, False)
    assert read_status(User.objects.create_superuser("root@example.org", "x", name="Root")) == (True, True)


def read_status(person: User) -> tuple[bool, bool]:
    person.refresh_from_db()
    return person.is_staff, person.is_superuser


@pytest.mark.parametrize("role", [Role.STUDENT, Role.MODERATOR, Role.EDITOR])
def test_only_admins_give_roles(role: Role) -> None:
    with pytest.raises(PermissionDenied):
        grant(actor=build_person(roles=(role,)), person=build_person("bob@example.org"), role=Role.ADMIN)


def test_a_change_of_roles_holds_from_the_next_request(client: Client) -> None:
    person = build_person()
    client.force_login(person)
    assert client.get("/admin/").status_code != 200
    grant(actor=None, person=person, role=Role.ADMIN)
    assert client.get("/admin/").status_code == 200


def test_an_address_has_one_account_in_any_case() -> None:
    build_person()
    with pytest.raises(EmailTaken):
        create_person(email="ADA@example.org", name="Other", password="x", verified=True)


def test_the_admin_is_entered_through_our_login(client: Client) -> None:
    assert client.get("/admin/").headers["Location"].startswith("/admin/login/")
    assert client.get("/admin/login/?next=/admin/").headers["Location"] == "/accounts/login/?next=%2Fadmin%2F"
    person = build_person()
    client.force_login(person)
    assert client.get("/admin/login/?next=/admin/").status_code == 403


@pytest.mark.parametrize(
    "path", ["accounts/user/", "auth/group/", "accounts/user/{person}/change/", "auth/group/1/change/"]
)
def test_admins_see_people_and_roles(client: Client, path: str) -> None:
    person = build_person(roles=(Role.ADMIN,))
    client.force_login(person)
    group = Group.objects.get(name="admin").pk
    address = path.format(person=person.pk).replace("group/1/", f"group/{group}/")
    assert client.get(f"/admin/{address}").status_code == 200


def test_the_person_of_a_session_and_their_roles_are_one_query(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    person = build_person(roles=(Role.STUDENT, Role.EDITOR))
    client.force_login(person)
    with django_assert_num_queries(2):  # the session, the person
        client.get("/mailbox/")
