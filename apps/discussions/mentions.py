"""Whom a post names: see `calls` for how. Who is named is found out when the post is written, by one query."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db.models import BooleanField, ExpressionWrapper, Q

from apps.accounts.models import User

from . import calls
from .markdown import parse
from .models import Mention, Post, State, Thread
from .refusals import Unfit

PERSON = "/discussions/people/{}/"
"""Written into posts, so it stays."""
AMONG = 500
"""So many of those who took part can be named without a number; who wrote last comes first."""
OFFERED = 8
"""So many names are offered to who begins to type one."""


def find_mentioned(thread: Thread | None, body: str) -> dict[str, User]:
    """Everybody whom the text names, by the folded words that it does it with. No query for a text that names nobody.

    In a thread that is still to be opened (None) nobody takes part yet.
    """
    texts = [text for text in calls.list_texts(parse(body)) if "@" in text] if "@" in body else []
    numbers = calls.list_numbers(texts)
    if not texts or (thread is None and not numbers):
        return {}
    known = _list_known(thread, numbers)
    return {call.said: known[call.said] for text in texts for call in calls.list_calls(text, known)}


def suggest_names(viewer: User, thread: Thread, beginning: str) -> list[str]:
    """Who of the thread could be meant by what was typed after `@`: a few names of which a word begins so. One query."""
    newest = Post.objects.filter(thread=thread, author__isnull=False, state=State.VISIBLE).order_by("-id")
    people = User.objects.filter(pk__in=newest.values("author")[:AMONG], is_active=True).exclude(pk=viewer.pk)
    people = people.exclude(muted_by__person=viewer)
    said = calls.fold(beginning)
    names = sorted(set(people.values_list("name", flat=True)), key=calls.fold)
    return [name for name in names if f" {calls.fold(name)}".find(f" {said}") >= 0][:OFFERED]


def locate_all(mentioned: Mapping[str, User]) -> dict[str, str]:
    """The pages of people by the words that a post names them with, as `markdown.render` wants them."""
    return {said: PERSON.format(person.pk) for said, person in mentioned.items()}


def require_few(mentioned: Mapping[str, User], most: int) -> None:
    """Raises `Unfit`."""
    if (count := len({person.pk for person in mentioned.values()})) > most:
        raise Unfit(f"This names {count} people; at most {most} can be called by a post of yours.")


def keep_mentioned(post: Post, people: Collection[User]) -> list[int]:
    """Within a transaction: the post names these and nobody else; the ids of whom it names for the first time."""
    before = set(Mention.objects.filter(post=post).values_list("person", flat=True))
    wanted = {person.pk for person in people}
    Mention.objects.filter(post=post, person__in=before - wanted).delete()
    Mention.objects.bulk_create(Mention(post=post, person_id=person) for person in sorted(wanted - before))
    return sorted(wanted - before)


def _list_known(thread: Thread | None, numbers: Collection[int]) -> dict[str, User]:
    """By what they can be called. Of several with one name it is the oldest account's: a namesake cannot take it over."""
    newest = Post.objects.filter(thread=thread, author__isnull=False).order_by("-id").values("author")[:AMONG]
    takes_part = Q(pk__in=newest) if thread else Q(pk__in=[])
    people = (
        User.objects.filter(takes_part | Q(pk__in=numbers), is_active=True)
        .annotate(takes_part=ExpressionWrapper(takes_part, BooleanField()))
        .order_by("-pk")
    )
    found = list(people)
    known: dict[str, User] = {calls.fold(person.name): person for person in found if person.takes_part}
    return known | {calls.name(person.name, person.pk): person for person in found}
