"""Access tokens: how programs act for a person, without a password and within bounds."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from django.db import transaction
from django.db.models import QuerySet
from django.dispatch import Signal, receiver
from django.utils import timezone

from .models import AccessToken, Scope, User

PREFIX = "kdl_"
"""By this, a secret that got into a repository or a log is found."""

SECRET_BYTES = 32
MAX_TOKENS = 20
"""That work at a time, for one person."""

FRESH = timedelta(minutes=10)
"""How exactly `last_used_at` is kept: a write for every request would cost more than the request."""


revoked = Signal()
"""Sent with `user` when one of their tokens was revoked by hand: what it had opened is to be closed."""


class TooManyTokens(Exception):
    """The person has as many as one may have; the text says what to do."""


def list_working(user: User) -> QuerySet[AccessToken]:
    """The person's tokens that open something now, newest first."""
    return AccessToken.objects.filter(user=user, revoked_at=None, expires_at__gt=timezone.now())


@transaction.atomic
def issue(*, actor: User, name: str, scopes: Collection[Scope], lifetime: timedelta) -> tuple[AccessToken, str]:
    """A new token of the actor's own, and its secret, which nobody can read again. Raises `TooManyTokens`."""
    list(User.objects.select_for_update(no_key=True).filter(pk=actor.pk).values_list("pk"))  # two at once count both
    if list_working(actor).count() >= MAX_TOKENS:
        raise TooManyTokens(f"You have {MAX_TOKENS} tokens, which is as many as one may have. Revoke one of them.")
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    token = AccessToken.objects.create(
        user=actor,
        name=name,
        scopes=sorted(scopes),
        digest=_digest(secret),
        ending=secret[-4:],
        expires_at=timezone.now() + lifetime,
    )
    return token, secret


def revoke(*, actor: User, token_id: int) -> bool:
    """End a token of the actor's own, at once and for good. False when there is none that works."""
    if not list_working(actor).filter(pk=token_id).update(revoked_at=timezone.now()):
        return False
    revoked.send(sender=AccessToken, user=actor)
    return True


def find(secret: str) -> AccessToken | None:
    """The token of this secret with its person, when both may still be trusted. One query."""
    if not secret.startswith(PREFIX):
        return None
    # Looked up by its hash: how long that takes tells nothing about the secret.
    tokens = AccessToken.objects.select_related("user").filter(digest=_digest(secret), user__is_active=True)
    token = tokens.filter(revoked_at=None, expires_at__gt=timezone.now()).first()
    if token is not None:
        _note_use(token)
    return token


def _note_use(token: AccessToken) -> None:
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > FRESH:
        AccessToken.objects.filter(pk=token.pk).update(last_used_at=now)


def _digest(secret: str) -> bytes:
    # Fast on purpose: 256 random bits cannot be guessed, however cheap a guess is.
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


@receiver([password_changed, password_reset, password_set])
def revoke_all(*, user: User, **signal: Any) -> None:
    """Whoever changes their password may have lost it: then nobody else's way in survives, as with sessions."""
    list_working(user).update(revoked_at=timezone.now())
