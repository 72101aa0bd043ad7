"""Moderators hide posts, show them again, let held ones appear, and delete. Each leaves one act and settles what waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from django.db import transaction

from apps.accounts.models import User
from apps.conduct.models import Act, Verb
from apps.conduct.recording import record_act
from apps.conduct.sanctioning import tell_concerned
from apps.discussions.access import require
from apps.discussions.models import Post, State
from apps.discussions.posting import lock_parent
from apps.discussions.rights import Action
from apps.discussions.states import move_post

from .models import Flag
from .queue import settle_for
from .refusals import NotNow, Unfit

SAY_WHY = "Say why: whom it concerns reads it, and may appeal."


class Way(NamedTuple):
    """What it takes, what is written, where it leads, and what it says about the flags."""

    action: Action
    verb: Verb
    to: State
    outcome: Flag.Outcome


HIDING = Way(Action.HIDE, Verb.HIDE, State.HIDDEN, Flag.Outcome.AGREED)
DELETION = Way(Action.DELETE, Verb.DELETE, State.DELETED, Flag.Outcome.AGREED)
RESTORING = Way(Action.RESTORE, Verb.RESTORE, State.VISIBLE, Flag.Outcome.DISAGREED)
RELEASE = Way(Action.RELEASE, Verb.RELEASE, State.VISIBLE, Flag.Outcome.DISAGREED)
WAYS: Mapping[str, Way] = {"hiding": HIDING, "deletion": DELETION, "restoring": RESTORING, "release": RELEASE}


@transaction.atomic
def change_post(*, actor: User, post: Post, way: Way, reason: str, bulk: Act | None = None) -> Act:
    """Take a post one of these ways. Raises a `Refusal`: hiding and deleting take a reason, and what its author has
    withdrawn stays withdrawn.
    """
    post = lock_parent(post.pk)
    require(actor, way.action, post)
    if way.to != State.VISIBLE and not reason.strip():
        raise Unfit(SAY_WHY)
    if post.state == State.DELETED and post.state_act is None:
        raise NotNow("Its author took this post back, so it stays away.")
    settle_for(post, by=actor, outcome=way.outcome)
    return move(actor=actor, post=post, verb=way.verb, to=way.to, reason=reason, bulk=bulk)


def move(
    *, actor: User, post: Post, verb: Verb, to: State, reason: str, bulk: Act | None = None, reverts: Act | None = None
) -> Act:
    """One act, the post's new state, and a word to its author; under the lock of `lock_parent`.

    A post that the site hid stays hidden on the word of this act, which takes the place of the site's. What is shown
    again reverts the act that had hidden it, or `reverts`.
    """
    if reverts is None and (to == State.VISIBLE or post.state == to):
        reverts = find_reverted(post)
    act = record_act(
        actor=actor,
        verb=verb,
        target=(Act.Target.POST, post.pk),
        person=post.author,
        course=post.thread.chapter.course,
        reason=reason,
        details={"before": post.state, "after": str(to)},
        bulk=bulk,
        reverts=reverts,
    )
    if post.state == to:
        Post.objects.filter(pk=post.pk).update(state_act=act.pk)
        post.state_act = act.pk
    else:
        move_post(post=post, to=to, act=act)
    tell_concerned(act)
    return act


def find_reverted(post: Post) -> Act | None:
    """The act that put a post out of sight, unless it has been taken back before."""
    return Act.objects.filter(pk=post.state_act or 0, reverted_by=None).first()
