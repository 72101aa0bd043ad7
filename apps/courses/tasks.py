"""What happens in courses when nobody waits for it."""

from __future__ import annotations

import logging

from celery import shared_task

from . import scheduling

log = logging.getLogger(__name__)


@shared_task  # type: ignore[untyped-decorator]
def publish_due() -> None:
    """Publish the texts whose time has come."""
    if count := scheduling.publish_due():
        log.info("%s scheduled text%s went live", count, "" if count == 1 else "s")
