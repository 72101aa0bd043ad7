from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.discussions.models import Post, Thread, Vote
from apps.discussions.refusals import NotAllowed, NotNow
from apps.discussions.voting import vote
from tests.conduct.people import build_person

from .talks import build_chapter, build_reply, build_thread

pytestmark = pytest.mark.django_db


def build_post() -> Post:
    ada = build_person("Ada")
    return load(build_reply(build_thread(build_chapter(), ada), ada))


def load(post: Post) -> Post:
    return Post.objects.select_related("author", "thread__chapter").get(pk=post.pk)


def compute(ups: int, downs: int) -> float:
    """Wilson's lower bound, as the textbook has it."""
    n, z = ups + downs, 1.2816
    p = ups / n
    return (p + z * z / (2 * n) - z * math.sqrt((p * (1 - p) + z * z / (4 * n)) / n)) / (1 + z * z / n)


def test_votes_count_once_and_can_be_changed_and_taken_back() -> None:
    post, bob = build_post(), build_person("Bob")
    steps = [(1, (1, 0)), (1, (1, 0)), (-1, (0, 1)), (-1, (0, 1)), (0, (0, 0)), (0, (0, 0)), (1, (1, 0))]
    assert [vote(actor=bob, post=load(post), value=value) for value, _ in steps] == [tally for _, tally in steps]
    assert (load(post).ups, load(post).downs, Vote.objects.count()) == (1, 0, 1)


@pytest.mark.parametrize(("ups", "downs"), [(1, 0), (0, 1), (10, 1), (600, 400), (10**6, 3)])
def test_the_database_computes_the_score(ups: int, downs: int) -> None:
    post = build_post()
    assert load(post).wilson == 0
    Post.objects.filter(pk=post.pk).update(ups=ups, downs=downs)
    assert load(post).wilson == pytest.approx(compute(ups, downs), abs=1e-9)


def test_the_first_post_scores_for_its_thread() -> None:
    first = load(build_thread(build_chapter(), build_person("Ada")))
    vote(actor=build_person("Bob"), post=first, value=1)
    assert Thread.objects.get().score == load(first).wilson > 0


def test_who_may_not_vote() -> None:
    post = build_post()
    assert post.author
    with pytest.raises(NotAllowed):
        vote(actor=post.author, post=post, value=1)
    Post.objects.filter(pk=post.pk).update(state="hidden")
    with pytest.raises(NotNow):
        vote(actor=build_person("Bob"), post=load(post), value=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Vote.objects.create(post=post, person=post.author, value=2)
    assert (load(post).ups, Vote.objects.filter(value=1).count()) == (0, 0)


def test_a_vote_costs_two_statements(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    post, bob = build_post(), build_person("Bob")
    with django_assert_num_queries(
        6
    ):  # roles and standing of the voter; the lock, the vote, and the savepoint around both
        vote(actor=bob, post=post, value=1)


@pytest.mark.django_db(transaction=True)
def test_fifty_people_voting_at_once_with_double_clicks_are_counted_right() -> None:
    post, voters = build_post(), [build_person(f"V{number}") for number in range(50)]

    def click(voter: User) -> None:
        vote(actor=voter, post=load(post), value=1 if voter.pk % 5 else -1)
        connection.close()

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(click, [voter for voter in voters for _ in range(2)]))
    kept = [voter.pk % 5 > 0 for voter in voters]
    found = load(post)
    assert (found.ups, found.downs) == (kept.count(True), kept.count(False))
    assert Vote.objects.count() == 50
    assert found.wilson == pytest.approx(compute(found.ups, found.downs))


@pytest.mark.django_db(transaction=True)
def test_one_person_clicking_everywhere_at_once_has_one_vote() -> None:
    post, bob = build_post(), build_person("Bob")

    def click(value: int) -> None:
        vote(actor=User.objects.get(pk=bob.pk), post=load(post), value=value)
        connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(click, [1, -1, 0, 1, -1, 0, 1, 1, -1, -1, 0, 0] * 3))
    votes, found = list(Vote.objects.values_list("value", flat=True)), load(post)
    assert (found.ups, found.downs) == (votes.count(1), votes.count(-1))
    assert len(votes) <= 1
