"""Old notices go: nobody looks for them, and a busy site would keep millions."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from .models import Notice

KEPT = timedelta(days=180)
AT_ONCE = 5_000


def delete_old() -> int:
    """Delete the oldest, `AT_ONCE` at most; how many that were."""
    oldest = Notice.objects.order_by("id").values_list("pk", flat=True)[:AT_ONCE]
    old = Notice.objects.filter(pk__in=list(oldest), created_at__lt=timezone.now() - KEPT)
    return old.order_by().delete()[0]
