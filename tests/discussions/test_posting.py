from __future__ import annotations

import threading
import uuid

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction

from apps.discussions.access import may_post
from apps.discussions.models import MAX_DEPTH, Post, Thread
from apps.discussions.posting import draw_id, open_thread, reply
from apps.discussions.reading import list_posts
from apps.discussions.refusals import NotAllowed, TooDeep

from .talks import build_chapter, build_person, build_reply, build_thread

pytestmark = pytest.mark.django_db


def test_a_thread_begins_with_its_first_post() -> None:
    ada = build_person()
    first = build_thread(build_chapter(), ada)
    assert (first.thread.title, first.thread.replies, first.parent, first.depth) == ("Why 10?", 0, None, 0)
    assert first.html == "<p>It is not 9.</p>\n"


def test_a_reply_counts_and_moves_the_thread() -> None:
    ada = build_person()
    first = build_thread(build_chapter(), ada)
    build_reply(build_reply(first, ada), ada)
    thread = Thread.objects.get()
    assert thread.replies == 2
    assert thread.active_at > thread.created_at


def test_the_order_of_paths_is_the_order_of_the_tree() -> None:
    ada = build_person()
    first = build_thread(build_chapter(), ada, body="1")
    one = build_reply(first, ada, "1.1")
    two = build_reply(first, ada, "1.2")
    build_reply(two, ada, "1.2.1")
    below = build_reply(one, ada, "1.1.1")
    for number in range(12):  # ids are numbers: the tenth comes after the ninth
        build_reply(below, ada, f"1.1.1.{number + 1}")
    bodies = [shown.post.html.strip("</p>\n") for shown in list_posts(AnonymousUser(), first.thread).posts]
    assert bodies == ["1", "1.1", "1.1.1", *(f"1.1.1.{n + 1}" for n in range(12)), "1.2", "1.2.1"]


def test_a_branch_ends_at_the_greatest_depth() -> None:
    ada = build_person()
    post = build_thread(build_chapter(), ada)
    for _ in range(MAX_DEPTH):
        post = build_reply(post, ada)
    with pytest.raises(TooDeep):
        build_reply(post, ada)
    assert Thread.objects.get().replies == MAX_DEPTH


def test_the_same_token_makes_the_same_post() -> None:
    ada, token = build_person(), uuid.uuid4()
    chapter = build_chapter()
    posts = {open_thread(actor=ada, chapter=chapter, title="T", body="B", client_token=token) for _ in range(2)}
    first = posts.pop()
    assert not posts
    assert Thread.objects.count() == 1

    token = uuid.uuid4()
    replies = {reply(actor=ada, parent=first, body="B", client_token=token) for _ in range(2)}
    assert len(replies) == 1
    assert Thread.objects.get().replies == 1


def test_a_token_belongs_to_one_person() -> None:
    token, chapter = uuid.uuid4(), build_chapter()
    people = [build_person(), build_person("bob@example.org", "Bob")]
    posts = {open_thread(actor=one, chapter=chapter, title="T", body="B", client_token=token) for one in people}
    assert len(posts) == 2


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_make_one_post() -> None:
    ada, token = build_person(), uuid.uuid4()
    first = build_thread(build_chapter(), ada)
    start, made = threading.Barrier(4), []

    def click() -> None:
        start.wait()
        made.append(
            reply(
                actor=ada, parent=Post.objects.select_related("thread").get(pk=first.pk), body="B", client_token=token
            ).pk
        )
        connection.close()

    clicks = [threading.Thread(target=click) for _ in range(4)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert len(made) == 4
    assert len(set(made)) == 1
    assert Thread.objects.get().replies == 1


@pytest.mark.django_db(transaction=True)
def test_replies_at_the_same_moment_are_all_counted() -> None:
    ada = build_person()
    first = build_thread(build_chapter(), ada)

    def answer() -> None:
        build_reply(Post.objects.select_related("thread").get(pk=first.pk), ada)
        connection.close()

    answers = [threading.Thread(target=answer) for _ in range(6)]
    for one in answers:
        one.start()
    for one in answers:
        one.join()
    assert Thread.objects.get().replies == Post.objects.exclude(parent=None).count() == 6


def test_the_database_refuses_a_parent_in_another_thread() -> None:
    ada, chapter = build_person(), build_chapter()
    here, there = build_thread(chapter, ada), build_thread(chapter, ada)
    post_id = draw_id()
    path = bytes(there.path) + post_id.to_bytes(8, "big")
    with pytest.raises(IntegrityError, match="post_parent_in_same_thread"), transaction.atomic():
        Post.objects.create(
            pk=post_id, thread=here.thread, parent=there, author=ada, body="", html="", path=path, depth=1
        )


@pytest.mark.parametrize(("depth", "steps"), [(0, 2), (2, 2), (9, 10)])
def test_the_database_refuses_a_path_or_depth_that_is_not_true(depth: int, steps: int) -> None:
    ada = build_person()
    first = build_thread(build_chapter(), ada)
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.create(
            thread=first.thread, parent=first, author=ada, body="", html="", path=b"x" * 8 * steps, depth=depth
        )


def test_a_thread_has_one_first_post() -> None:
    ada = build_person()
    first = build_thread(build_chapter(), ada)
    with pytest.raises(IntegrityError, match="post_first_once_per_thread"), transaction.atomic():
        Post.objects.create(thread=first.thread, author=ada, body="", html="", path=b"x" * 8)


def test_posts_of_a_deleted_account_stay() -> None:
    ada, bob = build_person(), build_person("bob@example.org", "Bob")
    first = build_thread(build_chapter(), ada)
    build_reply(first, bob)
    ada.delete()
    assert [post.author for post in Post.objects.order_by("path")] == [None, bob]


def test_only_open_accounts_may_post() -> None:
    ada = build_person()
    assert may_post(ada)
    assert not may_post(AnonymousUser())
    first = build_thread(build_chapter(), ada)
    ada.is_active = False
    assert not may_post(ada)
    with pytest.raises(NotAllowed):
        reply(actor=ada, parent=first, body="B", client_token=uuid.uuid4())
