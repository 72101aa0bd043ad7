"""What happens to sanctions when nobody waits for it."""

from __future__ import annotations

import logging

from celery import shared_task

from . import sanctioning

log = logging.getLogger(__name__)


@shared_task  # type: ignore[untyped-decorator]
def end_sanctions() -> None:
    """Open the accounts whose suspension is over."""
    if count := sanctioning.end_expired():
        log.info("%s suspension%s came to an end", count, "" if count == 1 else "s")
