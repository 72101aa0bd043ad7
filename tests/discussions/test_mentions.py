"""Whom a post names, who is told of it, and the page that the name leads to."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.discussions import limits
from apps.discussions.editing import edit
from apps.discussions.following import mute
from apps.discussions.mentions import find_mentioned
from apps.discussions.models import Mention, Post
from apps.discussions.posting import open_thread, reply
from apps.discussions.refusals import Unfit
from apps.discussions.telling import tell_followers
from apps.notices.models import Notice
from tests.conduct.people import build_moderator, build_person

from .talks import build_chapter, build_reply, build_thread

pytestmark = pytest.mark.django_db


def say(actor: User, parent: Post, body: str, **more: Any) -> Post:
    return reply(actor=actor, parent=parent, body=body, client_token=uuid.uuid4(), **more)


def list_named() -> list[User]:
    return [mention.person for mention in Mention.objects.all()]


def test_a_name_counts_in_the_thread_and_a_number_everywhere() -> None:
    ada, bob, cy = (build_person(name) for name in ("Ada", "Bob", "Cy"))
    first = build_thread(build_chapter(), ada)
    post = say(bob, first, f"@ada @Cy @Cy#{cy.pk} @Ada#{cy.pk} @Cy#{cy.pk + 1_000}")
    assert set(list_named()) == {ada, cy}
    assert post.html == (
        f'<p><a href="/discussions/people/{ada.pk}/" rel="nofollow ugc noopener">@ada</a> @Cy '
        f'<a href="/discussions/people/{cy.pk}/" rel="nofollow ugc noopener">@Cy</a> '
        f'<a href="/discussions/people/{ada.pk}/" rel="nofollow ugc noopener">@Ada</a>#{cy.pk} @Cy#{cy.pk + 1_000}</p>\n'
    )


def test_a_namesake_does_not_take_a_name_over() -> None:
    ada, other = build_person("Ada"), User.objects.create_user("other@example.org", None, name="ADA")
    first = build_thread(build_chapter(), ada)
    build_reply(first, other)
    say(build_person("Bob"), first, "@Ada")
    assert list_named() == [ada]
    say(build_person("Cy"), first, f"@Ada#{other.pk}")
    assert list_named() == [ada, other]


def test_nobody_is_named_who_is_suspended_or_a_part_of_the_site() -> None:
    gone = User.objects.create_user("gone@example.org", None, name="Gone", is_active=False)
    service = User.objects.create_user("s@example.org", None, name="Service", is_active=False, service="s")
    first = build_thread(build_chapter(), gone)
    say(build_person("Bob"), first, f"@Gone @Gone#{gone.pk} @Service#{service.pk}")
    assert list_named() == []


def test_the_first_post_of_a_thread_names_by_numbers_and_within_limits() -> None:
    bob, others = build_person("Bob"), [build_person(f"P{number}") for number in range(limits.NEWCOMERS.mentions + 1)]
    fields: dict[str, Any] = {"actor": bob, "chapter": build_chapter(), "title": "T"}
    called = [f"@{one.name}#{one.pk}" for one in others]
    with pytest.raises(Unfit, match="4 people"):
        open_thread(body=" ".join(called), client_token=uuid.uuid4(), **fields)
    post = open_thread(body=" ".join(called[:2] * 2), client_token=uuid.uuid4(), **fields)
    tell_followers(post.pk)
    assert {notice.recipient for notice in Notice.objects.filter(kind="mention")} == set(others[:2])


def test_an_edit_tells_whom_it_names_for_the_first_time() -> None:
    ada, bob, cy = (build_person(name) for name in ("Ada", "Bob", "Cy"))
    first = build_thread(build_chapter(), ada)
    build_reply(first, cy)
    post = say(bob, first, "@Ada")
    tell_followers(post.pk)
    edit(actor=bob, post=post, body="@Cy")
    edit(actor=bob, post=post, body="@Ada and @Cy")
    assert set(list_named()) == {ada, cy}
    assert {(notice.recipient, notice.kind) for notice in Notice.objects.all()} == {(ada, "mention"), (cy, "mention")}
    Notice.objects.all().delete()
    mute(actor=cy, person=bob)
    other = say(bob, first, "Hello")
    edit(actor=bob, post=other, body="@Cy")
    build_thread(first.thread.chapter, cy)
    Post.objects.filter(pk=other.pk).update(state="hidden")
    edit(actor=build_moderator("Mo", first.thread.chapter.course), post=other, body="@Ada")
    assert not Notice.objects.filter(kind="mention").exists()


@pytest.mark.parametrize(("body", "queries"), [("Nobody", 0), ("mail@ada.example `@Ada`", 1), ("@Ada @Bob @Cy#3", 1)])
def test_names_cost_one_query(body: str, queries: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    first = build_thread(build_chapter(), build_person("Ada"))
    for name in ("Bob", "Cy", "Di"):
        build_reply(first, build_person(name))
    with django_assert_num_queries(queries):
        find_mentioned(first.thread, body)
