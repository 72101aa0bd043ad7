"""The asker says which answer helped; or a moderator does."""

from __future__ import annotations

from django.db import transaction

from apps.accounts.models import User
from apps.conduct.models import Act, Verb
from apps.conduct.recording import record_act

from .access import require
from .models import Post, Thread
from .posting import lock_parent
from .refusals import NotNow
from .rights import Action
from .telling import tell_accepted


@transaction.atomic
def accept(*, actor: User, post: Post) -> None:
    """Mark a reply as the answer of its question, in place of another, if there was one. Doing it twice changes nothing."""
    post = lock_parent(post.pk)
    require(actor, Action.ACCEPT, post)
    if post.thread.kind != Thread.Kind.QUESTION or post.depth == 0:
        raise NotNow("Only replies to a question can be accepted.")
    if post.thread.accepted_id == post.pk:
        return
    Thread.objects.filter(pk=post.thread_id).update(accepted=post)
    leave_trace(actor, post, Verb.ACCEPT)
    tell_accepted(post, actor=actor)


@transaction.atomic
def unaccept(*, actor: User, post: Post) -> None:
    """Take it back; taking back what is not accepted changes nothing."""
    post = lock_parent(post.pk)
    require(actor, Action.ACCEPT, post)
    if Thread.objects.filter(pk=post.thread_id, accepted=post.pk).update(accepted=None):
        leave_trace(actor, post, Verb.UNACCEPT)


def leave_trace(actor: User, post: Post, verb: Verb) -> None:
    """Of a moderator's hand in somebody else's question."""
    if post.thread.author_id != actor.pk:
        course_id = post.thread.chapter.course_id
        record_act(
            actor=actor, verb=verb, target=(Act.Target.POST, post.pk), person=post.thread.author, course=course_id
        )
