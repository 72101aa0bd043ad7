"""What somebody follows and whom they mute, for pages. Nothing here writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import Http404

from apps.accounts.models import User
from apps.courses.models import Chapter
from apps.courses.reading import list_readable

from .access import Viewer, list_visible_threads, load_thread, may
from .following import Followed, name
from .models import Follow, Mute, Thread
from .rights import Action

MOST = 500
"""Of each kind, on the page that lists them."""
WORDS = {"thread": "this thread", "chapter": "this discussion", "person": "this person"}


@dataclass(frozen=True)
class Following:
    """What a button says. `name` stands for the target in its form."""

    name: str
    words: str
    is_followed: bool


@dataclass(frozen=True)
class Follows:
    """Newest first; threads that cannot be read any more are left out."""

    threads: Sequence[Thread]
    chapters: Sequence[Chapter]
    people: Sequence[User]
    muted: Sequence[User]


def name_target(target: Followed) -> str:
    kind = "person" if isinstance(target, User) else "thread" if isinstance(target, Thread) else "chapter"
    return f"{kind}:{target.pk}"


def load_target(viewer: Viewer, kind: str, number: int) -> Followed:
    """What `viewer` may know of, or 404. One query."""
    if kind == "thread":
        return load_thread(viewer, number)
    found: Chapter | User | None
    if kind == "chapter":
        found = list_readable().filter(pk=number).first()
    else:
        found = User.objects.filter(pk=number, is_active=True, service=None).first()
    if found is None:
        raise Http404("There is nobody and nothing of this number.")
    return found


def describe_following(viewer: Viewer, target: Followed) -> Following | None:
    """For its button; None where there is none, for visitors and for oneself. One query, with `chapter` loaded."""
    if not isinstance(viewer, User) or may(viewer, Action.FOLLOW, target) is not None:
        return None
    named = name_target(target)
    is_followed = Follow.objects.filter(person=viewer, **name(target)).exists()
    return Following(named, WORDS[named.partition(":")[0]], is_followed)


def describe_muting(viewer: Viewer, person: User) -> bool | None:
    """Whether `viewer` mutes them; None where they cannot. One query, none for visitors."""
    if not isinstance(viewer, User) or may(viewer, Action.MUTE, person) is not None:
        return None
    return Mute.objects.filter(person=viewer, muted=person).exists()


def list_follows(person: User) -> Follows:
    """Four queries, at most `MOST` of each kind."""
    own = Follow.objects.filter(person=person)
    threads = list_followed(person).select_related("chapter__course").order_by("-active_at", "-pk")
    chapters = list_readable().filter(follows__in=own).select_related("course").order_by("course", "number")
    return Follows(
        list(threads[:MOST]),
        list(chapters[:MOST]),
        list(User.objects.filter(followed_by__in=own).order_by("name", "pk")[:MOST]),
        list(User.objects.filter(muted_by__person=person).order_by("name", "pk")[:MOST]),
    )


def list_followed(person: User) -> QuerySet[Thread]:
    """The threads that they follow and may read."""
    follows = Follow.objects.filter(person=person, thread__isnull=False).order_by()
    return list_visible_threads(person).filter(pk__in=follows.values("thread"))
