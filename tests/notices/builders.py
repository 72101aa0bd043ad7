"""A thread in which people write, and what they are told of it."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from apps.accounts.models import User
from apps.discussions.following import follow
from apps.discussions.models import Post
from apps.discussions.telling import tell_followers
from apps.notices.models import Kind, Notice, Pace, Wishes
from apps.notices.telling import tell
from tests.conduct.people import build_person
from tests.discussions.talks import build_chapter, build_reply, build_thread

LONG_AGO = timedelta(days=8)


def build_question(asker: User | None = None) -> Post:
    """The first post of a thread that its author follows, as whoever opens one does."""
    author = asker or build_person("Ada")
    post = build_thread(build_chapter(), author, title="Why 10?")
    follow(actor=author, target=post.thread)
    return post


def write(parent: Post, author: User, body: str = "Because.") -> Post:
    """A reply of which everybody has been told who should know."""
    post = build_reply(parent, author, body)
    tell_followers(post.pk)
    return post


def wish(person: User, pace: Pace, *kinds: Kind) -> Wishes:
    paces = {str(kind): str(pace) for kind in kinds or Kind}
    return Wishes.objects.update_or_create(person=person, defaults={"paces": paces})[0]


def say(person: User, event: str = "thing:1", kind: Kind = Kind.FOLLOWED, group: str = "thread:1") -> Notice:
    """Told of something that stands whatever happens."""
    tell([person.pk], kind=kind, event=event, subject="Why 10?", address="/discussions/1/", group=group)
    return Notice.objects.get(recipient=person, event=event)


def let_time_pass() -> None:
    """Every notice there is was told so long ago that its mail is due, at whatever pace."""
    Notice.objects.update(created_at=timezone.now() - LONG_AGO)
