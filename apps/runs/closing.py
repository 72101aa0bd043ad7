"""Live streams end when the one who watches logs out, is suspended, has changed the password or revoked a token, and when
the run is not shared with the one who watches any more.

A stream is watched without a session: its ticket was checked when it was opened. So the streams processes are told whose
streams to end; whoever may still watch comes back with a new ticket, for which a log-in is needed. Where the message
does not get through, streams end by themselves within half an hour.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

from allauth.account.signals import password_changed, password_reset
from django.contrib.auth.signals import user_logged_out
from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver
from redis import RedisError

from apps.accounts.models import User
from apps.accounts.tokens import revoked
from apps.runs.models import Run
from apps.runs.tickets import CLOSINGS
from apps.runs.valkey import connect

KEEP = 1000
"""About so many closings are kept, for streams processes that have lost their connection to Valkey meanwhile."""

logger = logging.getLogger(__name__)


def end_streams(*, user: User) -> None:
    """End all live streams of this person, on every device, and refuse the tickets issued until now; after the commit."""
    transaction.on_commit(lambda: _tell({"user": str(user.pk)}))


def end_watching(*, run: Run) -> None:
    """End the live streams of this run that are not its owner's, and refuse the tickets issued until now; after the commit.

    Who may still see it comes back with a new ticket.
    """
    words = {"user": str(run.user_id), "run": str(run.pk)}
    transaction.on_commit(lambda: _tell(words))


def _tell(whose: Mapping[str, str]) -> None:
    words: dict[Any, Any] = {**whose, "at": time.time()}
    try:
        connect().xadd(CLOSINGS, words, maxlen=KEEP, approximate=True)
    except RedisError as error:
        logger.warning("Live streams of %s go on for a while: %s", whose, error)


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
