"""What is done for discussions when nobody waits for it."""

from __future__ import annotations

from celery import shared_task

from . import telling


# Telling twice tells nobody twice, so a worker that dies with it in hand loses nothing.
@shared_task(acks_late=True, reject_on_worker_lost=True)  # type: ignore[untyped-decorator]
def tell_followers(post_id: str) -> None:
    telling.tell_followers(int(post_id))
