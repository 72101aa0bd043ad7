"""What a granted appeal takes back. Where the thing has changed since, by other hands, it stays as they left it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from apps.accounts.models import User
from apps.conduct.models import Act, Sanction, Verb
from apps.conduct.sanctioning import end
from apps.discussions.editing import edit
from apps.discussions.models import Post, State, Thread
from apps.discussions.posting import lock_parent

from . import hiding, threads
from .models import Flag
from .queue import settle_for

Revert = Callable[[Act, User, str, Act], None]


def lock_target(act: Act) -> None:
    """Lock the thread that the act was about, before anything else is."""
    if act.target_kind == Act.Target.POST and Post.objects.filter(pk=act.target_id).exists():
        lock_parent(act.target_id)
    elif act.target_kind == Act.Target.THREAD:
        Thread.objects.select_for_update(no_key=True).filter(pk=act.target_id).first()


def revert(act: Act, *, actor: User, reason: str, bulk: Act) -> None:
    """Undo an act within the transaction that decided so; `bulk` is that decision. Nothing is undone twice."""
    if not Act.objects.filter(reverts=act).exists():
        WAYS[Verb(act.verb)](act, actor, reason, bulk)


def show_post(act: Act, actor: User, reason: str, bulk: Act) -> None:
    """The post is shown again, and the flags that moderators had agreed with were wrong."""
    post = Post.objects.filter(pk=act.target_id).first()
    if post is None or post.state not in (State.HIDDEN, State.DELETED) or post.state_act is None:
        return
    post = lock_parent(post.pk)
    settle_for(post, by=actor, outcome=Flag.Outcome.DISAGREED)
    hiding.move(actor=actor, post=post, verb=Verb.RESTORE, to=State.VISIBLE, reason=reason, bulk=bulk, reverts=act)
    Flag.objects.filter(post=post, outcome=Flag.Outcome.AGREED).update(outcome=Flag.Outcome.DISAGREED)


def put_words_back(act: Act, actor: User, reason: str, bulk: Act) -> None:
    post = Post.objects.filter(pk=act.target_id, body=act.details["after"]).first()
    if post is not None:
        edit(actor=actor, post=post, body=act.details["before"], reason=reason, bulk=bulk, reverts=act)


def show_thread(act: Act, actor: User, reason: str, bulk: Act) -> None:
    thread = Thread.objects.filter(pk=act.target_id).exclude(state=Thread.State.VISIBLE).first()
    if thread is not None:
        threads.change_thread(actor=actor, thread=thread, way=threads.RESTORING, reason=reason, bulk=bulk, reverts=act)


def unlock_thread(act: Act, actor: User, reason: str, bulk: Act) -> None:
    thread = Thread.objects.filter(pk=act.target_id, locked_at__isnull=False).first()
    if thread is not None:
        threads.change_thread(actor=actor, thread=thread, way=threads.UNLOCKING, reason=reason, bulk=bulk, reverts=act)


def lift_sanction(act: Act, actor: User, reason: str, bulk: Act) -> None:
    end(
        Sanction.objects.select_related("person", "act").get(act=act),
        actor=actor,
        verb=Verb.LIFT,
        reason=reason,
        bulk=bulk,
    )


WAYS: Mapping[Verb, Revert] = {
    Verb.HIDE: show_post,
    Verb.DELETE: show_post,
    Verb.EDIT: put_words_back,
    Verb.HIDE_THREAD: show_thread,
    Verb.DELETE_THREAD: show_thread,
    Verb.LOCK: unlock_thread,
    Verb.WARN: lift_sanction,
    Verb.SILENCE: lift_sanction,
    Verb.SUSPEND: lift_sanction,
}
