"""Live streams end when the one who watches logs out, is suspended, has changed the password or revoked a token.

A stream is watched without a session: its ticket was checked when it was opened. So the streams processes are told whose
streams to end; whoever may still watch comes back with a new ticket, for which a log-in is needed. Where the message
does not get through, streams end by themselves within half an hour.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from allauth.account.signals import password_changed, password_reset
from django.contrib.auth.signals import user_logged_out
from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver
from redis import RedisError

from apps.accounts.models import User
from apps.accounts.tokens import revoked
from apps.runs.tickets import CLOSINGS
from apps.runs.valkey import connect

KEEP = 1000
"""About so many closings are kept, for streams processes that have lost their connection to Valkey meanwhile."""

logger = logging.getLogger(__name__)


def end_streams(*, user: User) -> None:
    """End all live streams of this person, on every device, and refuse the tickets issued until now; after the commit."""
    transaction.on_commit(lambda: _tell(str(user.pk)))


def _tell(user: str) -> None:
    try:
        connect().xadd(CLOSINGS, {"user": user, "at": time.time()}, maxlen=KEEP, approximate=True)
    except RedisError as error:
        logger.warning("Live streams of user %s go on for a while: %s", user, error)


@receiver(user_logged_out)
@receiver(password_changed)
@receiver(password_reset)
@receiver(revoked)
def end_with_session(*, user: User | None, **signal: Any) -> None:
    """Nobody is logged in when a session that had expired is logged out."""
    if user is not None:
        end_streams(user=user)


@receiver(post_save, sender=User)
def end_with_suspension(*, instance: User, created: bool, **signal: Any) -> None:
    if not created and not instance.is_active:
        end_streams(user=instance)
