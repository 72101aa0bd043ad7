"""Links in mails by which somebody changes what is mailed to them, without logging in. They hold until made void."""

from __future__ import annotations

import uuid
from typing import Any

from allauth.account.signals import email_changed
from django.core.signing import BadSignature, Signer
from django.dispatch import receiver

from apps.accounts.models import User

from .models import Wishes

PURPOSE = "kindling.notices.links"
"""Signed along, so that nothing else that the site signs is such a link."""


class BadLink(ValueError):
    """This is no link of ours."""


def sign(wishes: Wishes) -> str:
    """The secret part of the link."""
    return Signer(salt=PURPOSE).sign_object([wishes.person_id, wishes.salt.hex])


def read(token: str) -> tuple[int, uuid.UUID]:
    """Whose wishes it opens, and the salt that they must have for it. Raises `BadLink`."""
    try:
        person, salt = Signer(salt=PURPOSE).unsign_object(token)
        return int(person), uuid.UUID(salt)
    except (BadSignature, TypeError, ValueError) as error:
        raise BadLink("This link is not valid.") from error


@receiver(email_changed)
def make_void(*, user: User, **signal: Any) -> None:
    """What lies in the mailbox of the former address opens nothing any more."""
    Wishes.objects.filter(person=user).update(salt=uuid.uuid4())
