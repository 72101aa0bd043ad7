"""Whose notices are whose: everybody's own, and nobody else's."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import Http404

from apps.accounts.access import is_moderator
from apps.accounts.models import User

from . import links
from .models import ALWAYS_TOLD, Kind, Notice, Wishes

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


def load_wishes(token: str) -> Wishes:
    """The wishes that a link from a mail opens, `person` joined, or 404. One query."""
    try:
        person, salt = links.read(token)
    except links.BadLink as error:
        raise Http404(str(error)) from error
    wishes = Wishes.objects.filter(person=person, salt=salt).select_related("person").first()
    if wishes is None:
        raise Http404("This link is not valid any more. Take the one in the newest mail, or log in.")
    return wishes


def find_wishes(person: User) -> Wishes:
    """Somebody's own wishes, or the usual ones, which are not kept. One query."""
    return Wishes.objects.filter(person=person).select_related("person").first() or Wishes(person=person)


def list_kinds(person: User) -> list[Kind]:
    """What somebody can wish to hear of, or not. What waits for moderators concerns those who have heard of it, or hold the
    role. Two queries at most.
    """
    kinds = [kind for kind in Kind if kind not in ALWAYS_TOLD]
    if not is_moderator(person) and not Notice.objects.filter(recipient=person, kind=Kind.QUEUE).exists():
        kinds.remove(Kind.QUEUE)
    return kinds
