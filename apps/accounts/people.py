"""People come to be."""

from __future__ import annotations

from collections.abc import Iterable

from allauth.account.models import EmailAddress
from django.db import transaction

from .models import Role, User
from .roles import grant


class EmailTaken(Exception):
    """Somebody already has an account with this e-mail address."""


@transaction.atomic
def create_person(
    *, email: str, name: str, password: str, roles: Iterable[Role | str] = (Role.STUDENT,), verified: bool
) -> User:
    """An account made without the sign-up pages, for the console: nobody is mailed, no password rule is asked.

    Raises `EmailTaken` when the address (in any case) has an account, `ValueError` for an unknown role.
    """
    email = User.objects.normalize_email(email).lower()
    if User.objects.filter(email__iexact=email).exists():
        raise EmailTaken(email)
    person = User.objects.create_user(email, password, name=name)
    EmailAddress.objects.create(user=person, email=email, primary=True, verified=verified)
    for role in roles:
        grant(actor=None, person=person, role=Role(role))
    return person
