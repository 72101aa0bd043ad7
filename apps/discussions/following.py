"""What people follow, whom they mute, and how far they have read. All of it is theirs alone; doing it twice is no fault."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection, transaction

from apps.accounts.models import User
from apps.courses.models import Chapter
from apps.notices.access import list_notices
from apps.notices.reading import mark_events_read

from .access import require
from .models import Follow, Mute, Thread
from .rights import Action
from .standing import EVENTS, read_post_id
from .telling import name_group

Followed = Thread | Chapter | User

MARK = """
INSERT INTO discussions_readmark (person_id, thread_id, last_post_id, at) VALUES (%s, %s, %s, now())
ON CONFLICT (person_id, thread_id) DO UPDATE
    SET last_post_id = greatest(discussions_readmark.last_post_id, EXCLUDED.last_post_id), at = EXCLUDED.at
"""


def follow(*, actor: User, target: Followed) -> None:
    """Hear of what is new in a thread, in a chapter's discussion, or from a person. Raises a `Refusal`.

    A thread that is merged meanwhile is followed where it has gone.
    """
    require(actor, Action.FOLLOW, target)
    with transaction.atomic():
        followed = lock_open(target) if isinstance(target, Thread) else target
        Follow.objects.bulk_create([Follow(person=actor, **name(followed))], ignore_conflicts=True)


def lock_open(thread: Thread) -> Thread:
    """The thread, or the one that it leads to by now; locked, so that nobody merges it without the follow."""
    while True:
        before = transaction.savepoint()
        found = Thread.objects.select_for_update(no_key=True).get(pk=thread.pk)
        if found.merged_into_id is None:
            transaction.savepoint_commit(before)
            return found
        transaction.savepoint_rollback(before)  # of two threads at once the locks are taken in one order, see `posting`
        thread = Thread(pk=found.merged_into_id)


def unfollow(*, actor: User, target: Followed) -> None:
    Follow.objects.filter(person=actor, **name(target)).delete()


def name(target: Followed) -> dict[str, Followed]:
    if isinstance(target, Thread):
        return {"thread": target}
    return {"chapter": target} if isinstance(target, Chapter) else {"author": target}


def mute(*, actor: User, person: User) -> None:
    """See and hear nothing of somebody any more, who is not told. Who is muted is not followed."""
    require(actor, Action.MUTE, person)
    Mute.objects.bulk_create([Mute(person=actor, muted=person)], ignore_conflicts=True)
    Follow.objects.filter(person=actor, author=person).delete()


def unmute(*, actor: User, person: User) -> None:
    Mute.objects.filter(person=actor, muted=person).delete()


@transaction.atomic
def mark_read(*, actor: User, thread: Thread, last_post_id: int, seen: Collection[int] | None = ()) -> int:
    """Everything in the thread up to this id was shown; a page that comes late moves nothing back.

    What was told of the posts `seen` (None: of all up to that id) is read with them; answers how many notices that were.
    Two statements, three for None.
    """
    with connection.cursor() as cursor:
        cursor.execute(MARK, [actor.pk, thread.pk, last_post_id])
    if seen is None:
        told = map(read_post_id, list_notices(actor).filter(read_at=None, group=name_group(thread.pk)))
        seen = [post_id for post_id in told if post_id <= last_post_id]
    return mark_events_read(actor=actor, events=[f"{sort}:{post_id}" for post_id in seen for sort in EVENTS])
