"""Whoever should know of a post is told, by the site's own worker, once the post is committed."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from django.db import transaction
from django.db.models import Q

from apps.accounts.models import User
from apps.notices.models import Kind
from apps.notices.telling import tell
from apps.progress.models import Place
from apps.runs import outbox, rooms

from .access import list_public_posts
from .models import Follow, Mention, Mute, Post, Thread
from .reading import locate_lastingly

TASK_TELL = "apps.discussions.tasks.tell_followers"
AT_ONCE = 1_000
"""People told by one statement."""


def announce_post(post: Post) -> None:
    """Within the transaction that lets a post appear: have everybody told who should know, its readers at once."""
    transaction.on_commit(partial(rooms.announce_post, thread_id=post.thread_id, post_id=post.pk), robust=True)
    outbox.post_home(task=TASK_TELL, payload=str(post.pk))


def tell_followers(post_id: int) -> None:
    """Tell whom the post names, whom it answers, and who follows its thread, its author or, for a new thread, its chapter;
    of an announcement, whoever has begun its course.

    Everybody is told once, of what concerns them most, and nobody by whom they mute; a task that comes twice tells
    nobody twice. What has been hidden meanwhile is not told.
    """
    post = list_public_posts().select_related("author", "thread__chapter", "parent").filter(pk=post_id).first()
    if post is None:
        return
    spread(post, Kind.MENTION, Mention.objects.filter(post=post).values_list("person", flat=True))
    spread(post, Kind.REPLY, list_answered(post))
    if post.parent_id is None and post.thread.kind == Thread.Kind.ANNOUNCEMENT:
        spread(post, Kind.ANNOUNCEMENT, list_followers(post))
        spread(post, Kind.ANNOUNCEMENT, list_students(post))
    else:
        spread(post, Kind.FOLLOWED, list_followers(post))


def name_group(thread_id: int) -> str:
    """Under which name notices of one thread belong together."""
    return f"thread:{thread_id}"


def tell_accepted(post: Post, *, actor: User) -> None:
    """Within the transaction that accepts it: tell its author, unless they mute who asked."""
    if post.author_id is None or Mute.objects.filter(person=post.author_id, muted=actor).exists():
        return
    tell(
        [post.author_id],
        kind=Kind.ACCEPTED,
        event=f"accepted:{post.pk}",
        group=name_group(post.thread_id),
        subject=post.thread.title,
        address=locate_lastingly(post),
        actor=actor,
    )


def list_answered(post: Post) -> list[int]:
    """The author of what it answers; and the thread's, for as long as they follow it."""
    if post.parent is None:
        return []
    asker = Follow.objects.filter(thread=post.thread_id, person=post.thread.author_id)
    return [*filter(None, [post.parent.author_id]), *asker.values_list("person", flat=True)]


def list_students(post: Post) -> Iterable[int]:
    """Whoever has begun a chapter of the course."""
    places = Place.objects.filter(chapter__course=post.thread.chapter.course_id)
    return places.order_by("user").values_list("user", flat=True).distinct().iterator()


def tell_mentioned(post: Post, people: list[int]) -> None:
    """Tell those whom an edit has named. Costs nothing when it has named nobody new."""
    if people and list_public_posts().filter(pk=post.pk).exists():
        tell_some(post, Kind.MENTION, people)


def list_followers(post: Post) -> Iterable[int]:
    followed = Q(thread=post.thread)
    if post.author_id:
        followed |= Q(author=post.author_id)
    if post.parent_id is None:
        followed |= Q(chapter=post.thread.chapter_id)
    return Follow.objects.filter(followed).order_by("person").values_list("person", flat=True).distinct().iterator()


def spread(post: Post, kind: Kind, people: Iterable[int]) -> None:
    """In statements of `AT_ONCE` people, each a transaction of its own."""
    some: list[int] = []
    for person in people:
        some.append(person)
        if len(some) == AT_ONCE:
            tell_some(post, kind, some)
            some = []
    if some:
        tell_some(post, kind, some)


def tell_some(post: Post, kind: Kind, people: list[int]) -> None:
    deaf = set(Mute.objects.filter(person__in=people, muted=post.author_id).values_list("person", flat=True))
    tell(
        [person for person in people if person not in deaf],
        kind=kind,
        event=f"post:{post.pk}",
        group=name_group(post.thread_id),
        subject=post.thread.title,
        address=locate_lastingly(post),
        actor=post.author,
        facts={"opens": post.parent_id is None},
    )
