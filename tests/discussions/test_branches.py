from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import AnonymousUser
from pytest_django import DjangoAssertNumQueries

from apps.discussions.access import Viewer, load_thread
from apps.discussions.branches import BELOW, BRANCHES, BranchPage, Cursor, Order, list_branches, read_cursor
from apps.discussions.models import Post, Thread
from tests.conduct.people import build_person

from .talks import build_chapter, build_reply, build_thread

pytestmark = pytest.mark.django_db

NOBODY = AnonymousUser()


def build_talk(replies: int) -> tuple[Thread, list[Post]]:
    ada = build_person("Ada")
    first = build_thread(build_chapter(), ada)
    made = [build_reply(first, ada, f"Number {number}") for number in range(replies)]
    return load_thread(NOBODY, first.thread_id), made


def walk(thread: Thread, order: Order, viewer: Viewer = NOBODY) -> Iterator[BranchPage]:
    page = list_branches(viewer, thread, order=order)
    yield page
    while page.next:
        page = list_branches(viewer, thread, order=order, after=read_cursor(order, str(page.next)))
        yield page


def list_roots(page: BranchPage) -> list[int]:
    return [branch.root.post.pk for branch in page.branches]


@pytest.mark.parametrize("order", Order)
def test_pages_reach_every_reply_once_however_many(order: Order) -> None:
    thread, made = build_talk(2 * BRANCHES + 3)
    for number, post in enumerate(made):  # many with the same score
        Post.objects.filter(pk=post.pk).update(ups=number % 4)
    seen = [root for page in walk(thread, order) for root in list_roots(page)]
    by_age = [post.pk for post in made]
    expected = {
        Order.OLDEST: by_age,
        Order.NEWEST: by_age[::-1],
        Order.ACTIVE: by_age[::-1],
        Order.TOP: sorted(by_age, key=lambda pk: (-(by_age.index(pk) % 4), pk)),
    }
    assert seen == expected[order]


def test_a_reply_below_brings_its_branch_to_the_front() -> None:
    thread, made = build_talk(3)
    build_reply(build_reply(made[0], build_person("Bob")), build_person("Cy"))
    assert list_roots(list_branches(NOBODY, thread, order=Order.ACTIVE))[0] == made[0].pk


def test_below_each_reply_stands_the_beginning_of_its_branch_in_the_order_of_the_tree() -> None:
    thread, made = build_talk(2)
    bob = build_person("Bob")
    below = [build_reply(made[0], bob, f"{number}") for number in range(BELOW + 2)]  # the tenth comes after the ninth
    deeper = build_reply(below[0], bob)
    branch, other = list_branches(NOBODY, thread, order=Order.OLDEST).branches
    assert [shown.post.pk for shown in branch.below] == [below[0].pk, deeper.pk, *(p.pk for p in below[1 : BELOW - 1])]
    assert branch.rest == below[BELOW - 1]
    assert (other.root.post, list(other.below), other.rest) == (made[1], [], None)


def test_votes_that_move_one_reply_move_no_other() -> None:
    thread, made = build_talk(2 * BRANCHES)
    for number, post in enumerate(made):
        Post.objects.filter(pk=post.pk).update(ups=100 - number)
    pages = walk(thread, Order.TOP)
    seen = list_roots(next(pages))
    Post.objects.filter(pk=made[0].pk).update(downs=500)
    Post.objects.filter(pk=made[-1].pk).update(ups=1000)
    rest = [root for page in pages for root in list_roots(page)]
    assert set(seen + rest) == {post.pk for post in made} - {made[-1].pk}
    assert [root for root in rest if root != made[0].pk] == [post.pk for post in made[BRANCHES:-1]]


@pytest.mark.parametrize("count", [1, 10])
def test_a_page_costs_the_same_for_one_reply_and_for_ten(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    thread, made = build_talk(count)
    for post in made:
        build_reply(post, build_person(f"B{post.pk}"))
    with django_assert_num_queries(3):  # the ids in their order, the posts with their authors, the first post
        list_branches(NOBODY, thread, order=Order.TOP)


@pytest.mark.parametrize("state", ["hidden", "deleted", "held"])
def test_what_may_not_be_read_is_a_place_holder_without_words(state: str) -> None:
    thread, made = build_talk(1)
    below = build_reply(made[0], build_person("Bob"), "Below")
    Post.objects.filter(pk=made[0].pk).update(state=state)
    page = list_branches(NOBODY, thread, order=Order.TOP)
    if state == "held":
        assert not page.branches
        return
    [branch] = page.branches
    assert (branch.root.post.html, branch.root.post.body, branch.root.post.author) == ("", "", None)
    assert state in branch.root.veil
    assert [shown.post for shown in branch.below] == [below]
    author = made[0].author
    assert author
    [own] = list_branches(author, thread, order=Order.TOP).branches
    assert bool(own.root.post.html) == (state == "hidden")


@pytest.mark.parametrize(
    ("order", "text"),
    [
        (Order.TOP, ""),
        (Order.TOP, "x~1"),
        (Order.TOP, "0.5~x"),
        (Order.NEWEST, "1~99999999999999999999"),
        (Order.NEWEST, "99999999999999999999~1"),
        (Order.NEWEST, "1~\x001"),
        (Order.ACTIVE, "2026-11-23T10:00:00~1"),
        (Order.OLDEST, "1~²"),
    ],
)
def test_what_is_no_cursor_is_refused(order: Order, text: str) -> None:
    with pytest.raises(ValueError):
        read_cursor(order, text)


@pytest.mark.parametrize("text", ["nan~1", "inf~1", "-0.0~1"])
def test_a_strange_number_is_a_place_like_any_other(text: str) -> None:
    thread, _ = build_talk(1)
    assert list_branches(NOBODY, thread, order=Order.TOP, after=read_cursor(Order.TOP, text)).order is Order.TOP


def test_a_cursor_is_read_as_it_was_written() -> None:
    thread, _ = build_talk(BRANCHES + 1)
    for order in Order:
        cursor = list_branches(NOBODY, thread, order=order).next
        assert isinstance(cursor, Cursor)
        assert read_cursor(order, str(cursor)) == cursor
