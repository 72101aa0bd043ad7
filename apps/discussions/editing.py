"""Posts are changed and withdrawn; what they said before is kept."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.conduct.models import Act, Verb
from apps.conduct.recording import record_act
from apps.conduct.sanctioning import tell_concerned

from .access import may_bring_back, require
from .markdown import render
from .mentions import find_mentioned, keep_mentioned, locate_all, require_few
from .models import Edit, Post, State
from .pacing import find_suspicion
from .posting import held, lock_parent
from .refusals import NotNow
from .rights import Action
from .states import move_post
from .telling import tell_mentioned
from .trust import find_limits


def edit(
    *,
    actor: User,
    post: Post,
    body: str,
    seen: str | None = None,
    reason: str = "",
    bulk: Act | None = None,
    reverts: Act | None = None,
) -> Post:
    """Change what a post says. `seen` is the body that the page showed: whoever was faster is not overwritten.

    Whom it names for the first time is told. An edit by somebody else than the author is an act of moderation, of which
    the author is told. An author's edit that runs into a filter is handed to the moderators by `posting.held`. Raises a
    `Refusal`, and `TooMuch`.
    """
    mentioned = find_mentioned(post.thread, body)
    html = render(body, locate_all(mentioned))
    with transaction.atomic():
        post = lock_parent(post.pk)
        require(actor, Action.EDIT, post)
        if seen is not None and seen != post.body:
            raise NotNow("This post was changed meanwhile. Yours is kept below: bring both together, and save again.")
        if body == post.body:
            return post
        note = suspect(actor, post, body, mentioned) if post.author_id == actor.pk else ""
        write(actor, post, body, html, reason)
        if post.author_id != actor.pk:
            tell_concerned(record_edit(actor, post, body, reason, bulk, reverts))
        post.body, post.html = body, html
        called = keep_mentioned(post, mentioned.values())
        if note and post.state == State.VISIBLE:
            held.send(sender=Post, post=post, note=note)
        else:
            tell_mentioned(post, called)
        return post


def suspect(actor: User, post: Post, body: str, mentioned: Mapping[str, User]) -> str:
    """Why moderators should see what an author has made of a post, or nothing."""
    limits = find_limits(actor)
    require_few(mentioned, limits.mentions)
    return find_suspicion(actor, post.thread, body, limits, None)


def write(actor: User, post: Post, body: str, html: str, reason: str) -> None:
    """The new words; the old ones are kept."""
    Edit.objects.create(post=post, body=post.body, editor=actor, reason=reason[:200])
    post.edited_at = timezone.now()
    Post.objects.filter(pk=post.pk).update(body=body, html=html, edited_at=post.edited_at)


def record_edit(actor: User, post: Post, body: str, reason: str, bulk: Act | None, reverts: Act | None) -> Act:
    """Somebody else's words were changed, from what `post` says still: an act of moderation."""
    return record_act(
        actor=actor,
        verb=Verb.EDIT,
        target=(Act.Target.POST, post.pk),
        person=post.author,
        course=post.thread.chapter.course,
        reason=reason,
        details={"before": post.body, "after": body},
        bulk=bulk,
        reverts=reverts,
    )


@transaction.atomic
def withdraw(*, actor: User, post: Post) -> Post:
    """The author deletes a post: the tree keeps its place, and the replies to it. Doing it twice changes nothing."""
    post = lock_parent(post.pk)
    if post.state == State.DELETED and post.author_id == actor.pk:
        return post
    require(actor, Action.WITHDRAW, post)
    move_post(post=post, to=State.DELETED)
    return post


@transaction.atomic
def bring_back(*, actor: User, post: Post) -> Post:
    """The author undoes that, within a day: the post stands where it stood. Nobody is told once more; doing it twice
    changes nothing. Raises a `Refusal`.
    """
    post = lock_parent(post.pk)
    if post.state == State.VISIBLE and post.author_id == actor.pk:
        return post
    if refusal := may_bring_back(actor, post):
        raise refusal
    move_post(post=post, to=State.VISIBLE)
    return post


def keep_away(post: Post) -> None:
    """Within a transaction: moderators agreed that something was wrong with a post, so its author cannot bring it back."""
    Post.objects.filter(pk=post.pk).update(withdrawn_at=None)
