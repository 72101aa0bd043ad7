"""Builders and steps that tests of people share."""

from __future__ import annotations

from django.test import Client

from apps.accounts.mailbox import Mail, read_newest
from apps.accounts.models import Role, User
from apps.accounts.people import create_person

PASSWORD = "a quiet gradient"


def build_person(
    email: str = "ada@example.org",
    *,
    name: str = "Ada",
    roles: tuple[Role, ...] = (Role.STUDENT,),
    verified: bool = True,
) -> User:
    return create_person(email=email, name=name, password=PASSWORD, roles=roles, verified=verified)


def log_in(client: Client, email: str = "ada@example.org", password: str = PASSWORD, **more: str) -> str:
    """Where the login page leads, or empty when it does not let in."""
    answer = client.post("/accounts/login/", {"login": email, "password": password} | more)
    return answer.headers.get("Location", "")


def sign_up(client: Client, **changes: str) -> str:
    """Where the sign-up page leads, or empty when it refuses."""
    form = {"name": "Ada", "email": "ada@example.org", "password1": PASSWORD} | changes
    return client.post("/accounts/signup/", form).headers.get("Location", "")


def enter_code(client: Client, code: str) -> str:
    return client.post("/accounts/confirm-email/", {"code": code}).headers.get("Location", "")


def is_logged_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def newest_mail() -> Mail:
    return read_newest(1)[0]
