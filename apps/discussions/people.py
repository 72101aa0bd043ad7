"""People as everybody may see them: by what they have written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from django.shortcuts import get_object_or_404
from django.urls import reverse

from apps.accounts.models import User

from .access import Viewer, list_visible_posts
from .models import Post, State
from .reading import locate

SHOWN = 20


class Written(NamedTuple):
    """A post, and where it stands."""

    post: Post
    address: str


def load_person(person_id: int) -> User:
    """Somebody, or 404. The accounts of the site's own parts are nobody. One query."""
    return get_object_or_404(User, pk=person_id, service=None)


def locate_person(person: User) -> str:
    return reverse("discussions:person", args=[person.pk])


def locate_all(mentioned: Mapping[str, User]) -> dict[str, str]:
    """Addresses of people by the words that a post names them with."""
    return {said: locate_person(person) for said, person in mentioned.items()}


def list_newest(viewer: Viewer, person: User) -> list[Written]:
    """The newest posts of `person` that `viewer` may read. One query, the same cost however many there are."""
    posts = list_visible_posts(viewer).filter(author=person).exclude(state=State.DELETED)
    some = posts.select_related("author", "thread__chapter").defer("body", "thread__found_by").order_by("-created_at")
    return [Written(post, locate(post, post.thread)) for post in some[:SHOWN]]
