"""Whose notices are whose: everybody's own, and nobody else's."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import Http404

from apps.accounts.models import User

from .models import Notice

Viewer = User | AnonymousUser


def list_notices(viewer: Viewer) -> QuerySet[Notice]:
    """The notices of `viewer`, the newest first, `actor` joined. One query."""
    own = Notice.objects.filter(recipient_id=viewer.pk) if viewer.is_authenticated else Notice.objects.none()
    return own.select_related("actor").order_by("-id")


def load_notice(viewer: Viewer, notice_id: int) -> Notice:
    """One of them, or 404. One query."""
    notice = list_notices(viewer).filter(pk=notice_id).first()
    if notice is None:
        raise Http404("You have no such notice.")
    return notice
