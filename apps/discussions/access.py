"""Who may read and do what: the one place that says so. The rules are data, in `rights.py`; what is shown goes through
the lists here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeGuard

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from apps.accounts.access import is_editor
from apps.accounts.models import User
from apps.conduct.access import is_silenced, list_courses_moderated, may_act_on, moderates
from apps.courses.models import Chapter

from . import rights
from .limits import RETURNS_WITHIN
from .models import Post, State, Thread
from .refusals import NotAllowed, NotNow, Refusal
from .rights import Action, Part

TEXTS = ("source", "figures", "html", "outline", "quizzes", "projects", "terms", "requires")
"""What a revision says of its chapter besides the title: a hundred kilobytes that a discussion does without."""

Viewer = User | AnonymousUser
Target = Post | Thread | Chapter | User


def may(viewer: Viewer, action: Action, target: Target) -> Refusal | None:
    """Why `viewer` may not do this, in words for them, or None if they may. KeyError for what nobody does to a target.

    A post comes with `author` and `thread.chapter`, a thread with `author` and `chapter`. One query per viewer, however many targets.
    """
    if isinstance(target, Post):
        return _may_with_post(viewer, action, target)
    if isinstance(target, Thread):
        return _may_with_thread(viewer, action, target)
    if isinstance(target, Chapter):
        return _may_at_place(viewer, action, target)
    return _may_with_person(viewer, action, target)


def require(viewer: Viewer, action: Action, target: Target) -> None:
    """Raises the `Refusal`, if there is one."""
    refusal = may(viewer, action, target)
    if refusal is not None:
        raise refusal


def may_bring_back(viewer: Viewer, post: Post) -> Refusal | None:
    """As `may`, of a post that its author has deleted; not for ever, and not past moderators."""
    if refusal := may(viewer, Action.BRING_BACK, post):
        return refusal
    at = post.withdrawn_at
    return None if at and timezone.now() < at + RETURNS_WITHIN else NotNow(rights.STAYS_AWAY)


def find_parts(viewer: Viewer, *, course_id: int, author_id: int | None, asker_id: int | None = None) -> set[Part]:
    """What `viewer` is to something of this author, in a thread of this asker."""
    parts = {Part.ANYBODY}
    if not _is_member(viewer):
        return parts
    parts.add(Part.MEMBER)
    if not is_silenced(viewer, course_id):
        parts.add(Part.STUDENT)
    if viewer.pk == author_id:
        parts.add(Part.AUTHOR)
    if viewer.pk == asker_id:
        parts.add(Part.ASKER)
    if is_editor(viewer):
        parts.add(Part.EDITOR)
    if moderates(viewer, course_id):
        parts.add(Part.MODERATOR)
    return parts


def _may_with_post(viewer: Viewer, action: Action, post: Post) -> Refusal | None:
    allowed, thread = rights.POSTS[action], post.thread
    course_id = thread.chapter.course_id
    parts = find_parts(viewer, course_id=course_id, author_id=post.author_id, asker_id=thread.author_id)
    readers = {part for part, states in rights.THREADS[Action.READ].items() if thread.state in states}
    if readers.isdisjoint(parts - {Part.AUTHOR} | ({Part.AUTHOR} if Part.ASKER in parts else set())):
        return NotNow(rights.GONE)
    if action in rights.ONLY_IN_OPEN_THREADS and thread.state != Thread.State.VISIBLE:
        return NotNow(rights.GONE)
    if refusal := _find_bar(viewer, action, course_id, is_own=Part.AUTHOR in parts):
        return refusal
    if action in rights.NOT_WHILE_LOCKED and thread.locked_at and Part.MODERATOR not in parts:
        return NotNow(rights.LOCKED)
    if Part.AUTHOR not in parts and _is_admins(post) and (action in rights.NOT_WITH_ADMINS or action is Action.EDIT):
        return NotAllowed(rights.ADMINS) if Part.MODERATOR in parts else _refuse(viewer, action)
    return _look_up(viewer, action, allowed, parts, (post.state, rights.STATES))


def _may_with_thread(viewer: Viewer, action: Action, thread: Thread) -> Refusal | None:
    course_id = thread.chapter.course_id
    parts = find_parts(viewer, course_id=course_id, author_id=thread.author_id)
    if refusal := _find_bar(viewer, action, course_id, is_own=Part.AUTHOR in parts):
        return refusal
    if Part.MODERATOR in parts and action in rights.NOT_WITH_ADMINS and _is_admins(thread):
        return NotAllowed(rights.ADMINS)
    return _look_up(viewer, action, rights.THREADS[action], parts, (thread.state, rights.THREAD_STATES))


def _may_at_place(viewer: Viewer, action: Action, chapter: Chapter) -> Refusal | None:
    if refusal := _find_bar(viewer, action, chapter.course_id, is_own=False):
        return refusal
    parts = find_parts(viewer, course_id=chapter.course_id, author_id=None)
    return _refuse(viewer, action) if parts.isdisjoint(rights.PLACES[action]) else None


def _may_with_person(viewer: Viewer, action: Action, person: User) -> Refusal | None:
    if not _is_member(viewer):
        return _refuse(viewer, action)
    if action is Action.SANCTION:
        return may_act_on(viewer, person, None)
    if viewer.pk == person.pk:
        return NotAllowed("This is yourself.")
    return None if action in rights.PEOPLE else _refuse(viewer, action)


def _find_bar(viewer: Viewer, action: Action, course_id: int, *, is_own: bool) -> Refusal | None:
    """What stands in the way of an action whoever they are, apart from the state of things."""
    if _is_member(viewer) and action in rights.NOT_WHILE_SILENCED and is_silenced(viewer, course_id):
        return NotAllowed(rights.SILENCED)
    return NotAllowed(rights.OWN) if is_own and action in rights.NOT_WITH_OWN else None


def _look_up(
    viewer: Viewer,
    action: Action,
    allowed: Mapping[Part, Collection[str]],
    parts: set[Part],
    stands: tuple[str, Mapping[str, str]],
) -> Refusal | None:
    """What the table says of a state, which comes with its words. Somebody for whom it would be theirs in another state is
    told the state, others who may.
    """
    state, words = stands
    reached = [states for part, states in allowed.items() if part in parts]
    if any(state in states for states in reached):
        return None
    if reached:
        return NotNow(words[state])
    return _refuse(viewer, action)


def _refuse(viewer: Viewer, action: Action) -> Refusal:
    if isinstance(viewer, User) and not viewer.is_active:
        return NotAllowed(rights.SUSPENDED)
    if not _is_member(viewer):
        return NotAllowed(rights.LOG_IN)
    return NotAllowed(rights.NOT_YOURS.get(action, rights.MODERATORS_ONLY))


def _is_member(viewer: Viewer) -> TypeGuard[User]:
    return isinstance(viewer, User) and viewer.is_active


def _is_admins(written: Post | Thread) -> bool:
    return written.author is not None and written.author.is_superuser


def may_post(user: Viewer, chapter: Chapter | None = None) -> bool:
    """Whether there is a form for them at all: in this chapter's course, or (None) anywhere."""
    if chapter is not None:
        return may(user, Action.OPEN, chapter) is None
    return _is_member(user) and not is_silenced(user, None)


def list_visible_threads(viewer: Viewer) -> QuerySet[Thread]:
    """Every thread that `viewer` may read, under a readable chapter; the shells of merged ones are left out."""
    return _list_readable_threads(viewer).filter(merged_into=None)


def list_visible_posts(viewer: Viewer) -> QuerySet[Post]:
    """Every post whose text `viewer` may read, in a thread that they may read."""
    posts = Post.objects.filter(thread__in=_list_readable_threads(viewer))
    courses = list_courses_moderated(viewer)
    if courses is None:
        return posts
    return posts.filter(
        Q(state=State.VISIBLE)
        | Q(state__in=[State.HELD, State.HIDDEN], author_id=viewer.pk or 0)
        | Q(thread__chapter__course__in=courses)
    )


def list_shown_posts(viewer: Viewer) -> QuerySet[Post]:
    """What stands in the trees that `viewer` sees, if only as a place-holder: everything but what others hold back."""
    posts = Post.objects.filter(thread__in=_list_readable_threads(viewer))
    courses = list_courses_moderated(viewer)
    if courses is None:
        return posts
    return posts.filter(~Q(state=State.HELD) | Q(author_id=viewer.pk or 0) | Q(thread__chapter__course__in=courses))


def list_public_threads() -> QuerySet[Thread]:
    """What everybody may read: for searches, feeds and mails, which are the same for all."""
    return Thread.objects.filter(chapter__live__isnull=False, state=Thread.State.VISIBLE, merged_into=None)


def list_public_posts() -> QuerySet[Post]:
    """The same of posts."""
    return Post.objects.filter(thread__in=list_public_threads(), state=State.VISIBLE)


def _list_readable_threads(viewer: Viewer) -> QuerySet[Thread]:
    threads = Thread.objects.filter(chapter__live__isnull=False)
    courses = list_courses_moderated(viewer)
    if courses is None:
        return threads
    return threads.filter(
        Q(state=Thread.State.VISIBLE)
        | Q(state=Thread.State.HIDDEN, author_id=viewer.pk or 0)
        | Q(chapter__course__in=courses)
    )


def load_thread(viewer: Viewer, thread_id: int) -> Thread:
    """A thread that `viewer` may read, with `author`, `chapter`, its course and live revision, or 404. One query.

    One that was merged into another is found, too: whoever shows it leads on to `merged_into_id`.
    """
    threads = _list_readable_threads(viewer).select_related("author", "chapter__course", "chapter__live")
    return get_object_or_404(threads.defer(*(f"chapter__live__{text}" for text in TEXTS)), pk=thread_id)


def find_thread_of(viewer: Viewer, post_id: int) -> Thread:
    """The thread in which a post stands now, if `viewer` sees both, or 404. Two queries."""
    found = list_shown_posts(viewer).filter(pk=post_id).values_list("thread", flat=True).first()
    if found is None:
        raise Http404("There is no such post.")
    return load_thread(viewer, found)


def load_post(viewer: Viewer, thread: Thread, post_id: int) -> Post:
    """A post of this thread, and of no other, that stands in the tree for `viewer`, with its author, or 404. One query.

    Of a thread by `load_thread`: whether it may be read is not asked again.
    """
    posts = Post.objects.filter(pk=post_id, thread=thread)
    if not moderates(viewer, thread.chapter.course_id):
        posts = posts.filter(~Q(state=State.HELD) | Q(author_id=viewer.pk or 0))
    post = posts.select_related("author").order_by("pk").first()
    if post is None:
        raise Http404("There is no such post.")
    post.thread = thread
    return post
