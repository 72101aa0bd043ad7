"""Whom a post names: `@` and the name of somebody who takes part in the thread, anywhere but in code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from apps.accounts.models import User

from .models import Post, State, Thread

_plain = MarkdownIt("commonmark", {"html": False}).disable(["image", "html_block", "html_inline", "reference"])

AMONG = 500
"""So many of those who took part can be named; who wrote last comes first."""
OFFERED = 8
"""So many names are offered to who begins to type one."""


def find_mentioned(thread: Thread, body: str) -> list[User]:
    """Everybody of the thread whom the text names, in no order. No query for a text without `@`, else one."""
    said = list(_list_said(body))
    if not said:
        return []
    names = {_fold(person.name): person for person in _list_participants(thread)}
    found = {person.pk: person for text in said for person in _find_named(text, names)}
    return list(found.values())


def suggest_names(viewer: User, thread: Thread, beginning: str) -> list[str]:
    """Who of the thread could be meant by what was typed after `@`: a few names of which a word begins so. One query."""
    newest = Post.objects.filter(thread=thread, author__isnull=False, state=State.VISIBLE).order_by("-id")
    people = User.objects.filter(pk__in=newest.values("author")[:AMONG], is_active=True).exclude(pk=viewer.pk)
    people = people.exclude(muted_by__person=viewer)
    said = _fold(beginning)
    names = sorted(set(people.values_list("name", flat=True)), key=_fold)
    return [name for name in names if f" {_fold(name)}".find(f" {said}") >= 0][:OFFERED]


def _list_said(body: str) -> Iterator[str]:
    """What follows each `@`, folded."""
    if "@" not in body:
        return
    for text in _list_texts(_plain.parse(body)):
        before, *after = text.split("@")
        for piece in after:
            if not before[-1:].isalnum():  # an address of mail names nobody
                yield _fold(piece)
            before = piece


def _list_texts(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "inline":
            yield from (child.content for child in token.children or [] if child.type == "text")


def _find_named(text: str, names: dict[str, User]) -> Iterator[User]:
    """The person with the longest name that the text begins with."""
    fitting = [name for name in names if text.startswith(name) and not text[len(name) : len(name) + 1].isalnum()]
    if fitting:
        yield names[max(fitting, key=len)]


def _list_participants(thread: Thread) -> list[User]:
    newest = Post.objects.filter(thread=thread, author__isnull=False).order_by("-id").values("author")[:AMONG]
    return list(User.objects.filter(pk__in=newest, is_active=True).order_by("-pk"))


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())
