"""What is done for accounts when nobody waits for it."""

from __future__ import annotations

from celery import shared_task
from django.core.management import call_command


@shared_task  # type: ignore[untyped-decorator]
def clear_sessions() -> None:
    """Delete the sessions that have expired: visitors get one with their first answer, and most never come back."""
    call_command("clearsessions")
