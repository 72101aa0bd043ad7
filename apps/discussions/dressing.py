"""What stands beside the text of posts: what the reader may do with each, has voted, has not seen yet and does not want to
see, and what its author is here. The cost is the same however many posts there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Value

from apps.accounts.models import Role, User
from apps.conduct.models import Charge

from .access import Viewer, may
from .models import MAX_DEPTH, Mute, Post, ReadMark, Thread, Vote
from .reading import ShownPost
from .rights import Action

ACTS = (Action.REPLY, Action.EDIT, Action.WITHDRAW, Action.VOTE, Action.ACCEPT, Action.SEE_HISTORY, Action.FLAG)


def dress(viewer: Viewer, thread: Thread, shown: Sequence[ShownPost], *, seen: int | None) -> None:
    """Fill what `reading` left open; `seen` is how far the viewer had read. A query for visitors, three for members."""
    read = [each for each in shown if not each.veil]
    authors = {each.post.author_id for each in read if each.post.author_id}
    titles = find_titles(thread, authors)
    votes, muted = find_votes(viewer, read), find_muted(viewer, authors)
    known: dict[tuple[object, ...], frozenset[str]] = {}
    for each in shown:
        post = each.post
        each.is_own = each.returns or (isinstance(viewer, User) and post.author_id == viewer.pk)
        each.is_new = seen is not None and post.pk > seen and not each.is_own
        each.is_muted = post.author_id in muted
        each.titles = titles.get(post.author_id or 0, ())
        each.vote = votes.get(post.pk, 0)
        # What may be done depends on this much of a post, and is asked once for all that have it in common.
        kind = (
            post.state,
            each.is_own,
            bool(post.author and post.author.is_superuser),
            min(post.depth, 1),
            post.depth == MAX_DEPTH,
        )
        if kind not in known:
            known[kind] = find_acts(viewer, post)
        each.acts = known[kind]


def find_acts(viewer: Viewer, post: Post) -> frozenset[str]:
    """What `viewer` may do with a post that stands where it does."""
    acts = {action for action in ACTS if may(viewer, action, post) is None}
    if post.thread.kind != Thread.Kind.QUESTION or post.depth == 0:
        acts.discard(Action.ACCEPT)
    if post.depth >= MAX_DEPTH:
        acts.discard(Action.REPLY)
    return frozenset(str(action) for action in acts)


def find_titles(thread: Thread, authors: set[int]) -> dict[int, list[str]]:
    """What the authors are here, besides students. One query."""
    held = User.groups.through.objects.filter(
        user__in=authors, group__name__in=[Role.MODERATOR, Role.EDITOR, Role.ADMIN]
    )
    charged = Charge.objects.filter(person__in=authors, course=thread.chapter.course_id)
    rows = held.values_list("user_id", "group__name").union(
        charged.values_list("person_id", Value(str(Role.MODERATOR)))
    )
    titles: dict[int, list[str]] = {}
    for person, role in sorted(rows):
        titles.setdefault(person, []).append(role)
    if thread.author_id in authors and thread.kind == Thread.Kind.QUESTION:
        titles.setdefault(thread.author_id or 0, []).append("asked")
    return titles


def find_votes(viewer: Viewer, shown: Sequence[ShownPost]) -> Mapping[int, int]:
    if not isinstance(viewer, User):
        return {}
    cast = Vote.objects.filter(person=viewer, post__in=[each.post.pk for each in shown])
    return dict(cast.order_by().values_list("post", "value"))


def find_muted(viewer: Viewer, authors: set[int]) -> set[int]:
    if not isinstance(viewer, User):
        return set()
    return set(Mute.objects.filter(person=viewer, muted__in=authors).order_by().values_list("muted", flat=True))


def find_seen(viewer: Viewer, thread: Thread) -> int | None:
    """Up to which post they had read the thread; None for who never did. One query, none for visitors."""
    if not isinstance(viewer, User):
        return None
    marks = ReadMark.objects.filter(person=viewer, thread=thread)
    return marks.order_by().values_list("last_post_id", flat=True).first()
