"""Moderators lock, pin, slow down, hide and delete threads, and take each of these back. Each leaves one act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.conduct.models import Act, Verb
from apps.conduct.recording import record_act
from apps.conduct.sanctioning import tell_concerned
from apps.discussions.access import require
from apps.discussions.models import Post, State, Thread
from apps.discussions.rights import GONE, Action

from .hiding import SAY_WHY
from .refusals import NotNow, Unfit


@dataclass(frozen=True)
class Way:
    """What it takes, what is written, the fields that change, and when it makes no sense.

    `undone` are the verbs that it reverts.
    """

    action: Action
    verb: Verb
    change: Callable[[], dict[str, Any]]
    is_done: Callable[[Thread], bool]
    undone: frozenset[Verb] = frozenset()
    needs_reason: bool = False


def _is(state: Thread.State) -> Callable[[Thread], bool]:
    return lambda thread: thread.state == state


def _to(state: Thread.State) -> Callable[[], dict[str, Any]]:
    return lambda: {"state": state}


VISIBLE, HIDDEN, DELETED = Thread.State.VISIBLE, Thread.State.HIDDEN, Thread.State.DELETED
LOCKING = Way(
    Action.LOCK,
    Verb.LOCK,
    lambda: {"locked_at": timezone.now()},
    lambda thread: bool(thread.locked_at),
    needs_reason=True,
)
UNLOCKING = Way(
    Action.LOCK, Verb.UNLOCK, lambda: {"locked_at": None}, lambda thread: not thread.locked_at, frozenset({Verb.LOCK})
)
PINNING = Way(Action.PIN, Verb.PIN, lambda: {"pinned_at": timezone.now()}, lambda thread: bool(thread.pinned_at))
UNPINNING = Way(
    Action.PIN, Verb.UNPIN, lambda: {"pinned_at": None}, lambda thread: not thread.pinned_at, frozenset({Verb.PIN})
)
HIDING = Way(Action.HIDE, Verb.HIDE_THREAD, _to(HIDDEN), _is(HIDDEN), needs_reason=True)
DELETION = Way(Action.DELETE, Verb.DELETE_THREAD, _to(DELETED), _is(DELETED), needs_reason=True)
RESTORING = Way(
    Action.RESTORE,
    Verb.RESTORE_THREAD,
    _to(VISIBLE),
    _is(VISIBLE),
    frozenset({Verb.HIDE_THREAD, Verb.DELETE_THREAD}),
)
WAYS: Mapping[str, Way] = {
    "locking": LOCKING,
    "unlocking": UNLOCKING,
    "pinning": PINNING,
    "unpinning": UNPINNING,
    "hiding": HIDING,
    "deletion": DELETION,
    "restoring": RESTORING,
}


@transaction.atomic
def change_thread(
    *, actor: User, thread: Thread, way: Way, reason: str, bulk: Act | None = None, reverts: Act | None = None
) -> Act:
    """Do one of these with a thread. Raises a `Refusal`: what is so already is not done twice."""
    thread = lock_thread(thread.pk)
    require(actor, way.action, thread)
    require_seen(thread, way)
    if way.needs_reason and not reason.strip():
        raise Unfit(SAY_WHY)
    if way.is_done(thread):
        raise NotNow("This thread is so already. Somebody was faster.")
    before = {name: str(getattr(thread, name)) for name in way.change()}
    Thread.objects.filter(pk=thread.pk).update(**way.change())
    return leave_trace(
        actor, thread, way.verb, reason, {"before": before}, bulk=bulk, reverts=reverts or find_undone(thread, way)
    )


@transaction.atomic
def slow(*, actor: User, thread: Thread, seconds: int, reason: str) -> Act:
    """Let everybody but moderators wait so long between two posts in this thread; 0 ends it. Raises a `Refusal`."""
    thread = lock_thread(thread.pk)
    require(actor, Action.SLOW, thread)
    if not 0 <= seconds <= 86_400:
        raise Unfit("Between two posts lies a day at most.")
    if seconds == thread.slow_seconds:
        raise NotNow("This thread is as slow already. Somebody was faster.")
    Thread.objects.filter(pk=thread.pk).update(slow_seconds=seconds)
    return leave_trace(actor, thread, Verb.SLOW, reason, {"before": thread.slow_seconds, "after": seconds})


def lock_thread(thread_id: int) -> Thread:
    """The thread as it is now, its row locked, with `author` and the chapter's course. Raises `NotNow` for one merged."""
    threads = Thread.objects.select_for_update(of=("self",), no_key=True)
    thread = threads.select_related("author", "chapter__course").filter(pk=thread_id).first()
    if thread is None or thread.merged_into_id:
        raise NotNow(GONE)
    return thread


def require_seen(thread: Thread, way: Way) -> None:
    """A thread that is held back with its first post is released in the queue, and not past it."""
    if way is RESTORING and Post.objects.filter(thread=thread, parent=None, state=State.HELD).exists():
        raise NotNow("Its first post waits in the queue: release it there.")


def find_undone(thread: Thread, way: Way) -> Act | None:
    """The newest act that this one takes back, if none has."""
    done = Act.objects.filter(target_kind=Act.Target.THREAD, target_id=thread.pk, verb__in=way.undone, reverted_by=None)
    return done.order_by("-pk").first()


def leave_trace(
    actor: User,
    thread: Thread,
    verb: Verb,
    reason: str,
    details: Mapping[str, Any],
    *,
    bulk: Act | None = None,
    reverts: Act | None = None,
) -> Act:
    """The act, told to who opened the thread."""
    act = record_act(
        actor=actor,
        verb=verb,
        target=(Act.Target.THREAD, thread.pk),
        person=thread.author,
        course=thread.chapter.course,
        reason=reason,
        details=details,
        bulk=bulk,
        reverts=reverts,
    )
    tell_concerned(act)
    return act
