"""Lists of threads: orders, places, what is new, what may be seen; of chapters, courses and people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import Role, User
from apps.courses.models import Chapter, Item
from apps.discussions.following import follow, mark_read, mute
from apps.discussions.lists import PAGE, Sort, Wish, list_some, list_threads, read_after
from apps.discussions.models import Post, Thread
from apps.discussions.voting import vote
from apps.quizzes.models import Attempt
from tests.conduct.people import build_moderator
from tests.conduct.people import build_person as build_known
from tests.runs.builders import make_run

from .talks import DISCUSSION, build_chapter, build_person, build_reply, build_thread, fill_thread_form, path_of

pytestmark = pytest.mark.django_db

COURSE = "/discussions/courses/essentials/"
VISITOR = AnonymousUser()


def walk(where: Any, sort: Sort, between: Callable[[], object] = lambda: None) -> list[int]:
    """The ids of all threads, page by page; `between` two pages something may happen."""
    found, after = [], ""
    while True:
        page = list_threads(VISITOR, where, Wish(sort, after=read_after(sort, after)))
        found += [thread.pk for thread in page.threads]
        if page.next is None:
            return found
        after = str(page.next)
        between()


def spread(chapter: Chapter, author: User, count: int) -> list[Thread]:
    """Threads of different scores and ages, with ties in both."""
    threads = [build_thread(chapter, author, title=f"Thread {number}").thread for number in range(count)]
    for number, thread in enumerate(threads):
        thread.score, thread.active_at = (number % 7) / 7, timezone.now() - timedelta(minutes=number % 5)
        thread.save()
    return threads


KEYS: dict[Sort, Callable[[Thread], Any]] = {
    Sort.ACTIVE: lambda each: (-each.active_at.timestamp(), -each.pk),
    Sort.NEWEST: lambda each: -each.pk,
    Sort.OLDEST: lambda each: each.pk,
    Sort.TOP: lambda each: (-each.score, each.pk),
}


@pytest.mark.parametrize("sort", KEYS)
def test_every_order_reaches_every_thread_once_in_a_chapter_and_in_a_course(sort: Sort) -> None:
    first, second, ada = build_chapter(), build_chapter("other"), build_person()
    threads = spread(first, ada, PAGE + 5)
    assert walk(first, sort) == [each.pk for each in sorted(threads, key=KEYS[sort])]
    threads += spread(second, ada, PAGE + 5)
    assert walk(first.course, sort) == [each.pk for each in sorted(threads, key=KEYS[sort])]


def test_threads_that_move_up_or_open_meanwhile_are_missed_by_nobody_who_reads_on() -> None:
    chapter, ada = build_chapter(), build_person()
    threads = spread(chapter, ada, 2 * PAGE)

    def bump() -> None:
        build_thread(chapter, ada)
        Thread.objects.filter(pk=threads[0].pk).update(active_at=timezone.now(), score=0.99)

    for sort in (Sort.ACTIVE, Sort.TOP, Sort.NEWEST):
        found = walk(chapter, sort, bump)
        assert len(found) == len(set(found))
        assert {each.pk for each in threads[1:]} <= set(found)


def test_what_is_unanswered_has_a_run_or_is_of_a_kind() -> None:
    chapter, ada = build_chapter(), build_person()
    asked, answered = build_thread(chapter, ada).thread, build_thread(chapter, ada)
    Thread.objects.filter(pk=answered.thread_id).update(accepted=build_reply(answered, ada))
    talk = build_thread(chapter, ada, kind=Thread.Kind.DISCUSSION, has_run=True).thread

    def find(**wish: Any) -> list[int]:
        return [thread.pk for thread in list_threads(VISITOR, chapter, Wish(**wish)).threads]

    assert find(sort=Sort.UNANSWERED) == [asked.pk]
    assert find(sort=Sort.RUN) == [talk.pk]
    assert find(kind="discussion") == [talk.pk]


def test_a_place_lists_its_threads_and_those_of_its_lines() -> None:
    chapter, ada = build_chapter(), build_person()
    Item.objects.create(chapter=chapter, key="loop", kind=Item.Kind.LISTING, title="The loop", position=1)
    whole = build_thread(chapter, ada, anchor_kind="listing", anchor_key="loop").thread
    line = build_thread(chapter, ada, anchor_kind="listing", anchor_key="loop:3").thread
    build_thread(chapter, ada, anchor_kind="listing", anchor_key="loops").thread.save()
    page = list_threads(VISITOR, chapter, Wish(Sort.OLDEST, place="listing:loop"))
    assert [(row.thread.pk, row.place and row.place.name) for row in page.rows] == [
        (whole.pk, "listing “The loop”"),
        (line.pk, "listing “The loop”, line 3"),
    ]


def test_pinned_threads_stand_above_the_first_page_and_in_no_other(client: Client) -> None:
    chapter, ada = build_chapter(), build_person()
    pinned = build_thread(chapter, ada, title="Read me", pinned_at=timezone.now()).thread
    spread(chapter, ada, PAGE + 1)
    page = list_threads(VISITOR, chapter)
    assert [row.thread.pk for row in page.pinned] == [pinned.pk]
    assert pinned.pk not in walk(chapter, Sort.ACTIVE)
    assert "Pinned" in client.get(DISCUSSION).content.decode()


@pytest.mark.parametrize("role", [None, Role.EDITOR, Role.MODERATOR])
def test_editors_and_moderators_announce_and_it_is_pinned(client: Client, role: Role | None) -> None:
    chapter = build_chapter()
    client.force_login(build_known("Ada", *([role] if role else [])))
    answer = client.post(DISCUSSION, fill_thread_form(kind="announcement"))
    if role is None:
        assert answer.status_code == 422
        assert "cannot open a thread of this kind" in answer.content.decode()
        assert not chapter.threads.exists()
    else:
        assert chapter.threads.get().pinned_at is not None


def test_what_is_new_counts_others_visible_posts_behind_the_mark() -> None:
    chapter, ada, bob, eve = (
        build_chapter(),
        build_person(),
        build_person("b@e.org", "Bob"),
        build_person("e@e.org", "Eve"),
    )
    first = build_thread(chapter, ada)
    branch = build_reply(first, bob)
    [row] = list_threads(ada, chapter).rows
    assert row.new is None, "who was never there is told nothing"
    mark_read(actor=ada, thread=first.thread, last_post_id=branch.pk)
    assert list_threads(ada, chapter).rows[0].new == 0
    deep = build_reply(build_reply(branch, bob), bob)
    build_reply(deep, ada)
    build_reply(deep, bob, note="held")
    build_reply(first, eve)
    assert list_threads(ada, chapter).rows[0].new_words == "3 new since you were here"
    mute(actor=ada, person=eve)
    assert list_threads(ada, chapter).rows[0].new == 2


def test_a_list_costs_the_same_with_one_thread_and_with_many(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """With everything that a row may show: a place, votes, what is new, a question that could be spoilt."""
    chapter, ada, bob = build_chapter(), build_person(), build_person("b@e.org", "Bob")
    Item.objects.create(chapter=chapter, key="why", kind=Item.Kind.QUIZ, title="Why?", position=1)
    for count in (1, 9):
        for _ in range(count):
            first = build_thread(chapter, ada, anchor_kind="quiz", anchor_key="why", pinned_at=timezone.now())
            build_thread(chapter, ada, anchor_kind="run", anchor_key=str(make_run(ada).pk))
            follow(actor=bob, target=first.thread)
            mark_read(actor=bob, thread=first.thread, last_post_id=first.pk)
        for where, cost in ((chapter, 10), (chapter.course, 11)):
            with django_assert_num_queries(cost):
                list_threads(User.objects.get(pk=bob.pk), where)
        with django_assert_num_queries(7):
            list_some(User.objects.get(pk=bob.pk), Thread.objects.all(), after=None)
    client.force_login(bob)
    for path in (DISCUSSION, COURSE, "/discussions/", "/discussions/?show=posts", "/discussions/follows/"):
        assert client.get(path).status_code == 200


def test_talk_of_a_question_is_folded_until_it_is_answered(client: Client) -> None:
    chapter, ada, bob = build_chapter(), build_person(), build_person("b@e.org", "Bob")
    item = Item.objects.create(chapter=chapter, key="why", kind=Item.Kind.QUIZ, title="Why?", position=1)
    build_thread(chapter, ada, title="It is b because", anchor_kind="quiz", anchor_key="why")
    assert "not answered yet" in client.get(DISCUSSION).content.decode()
    assert list_threads(bob, chapter).rows[0].spoils
    assert not list_threads(ada, chapter).rows[0].spoils, "who wrote it knows"
    Attempt.objects.create(user=bob, item=item, choices=["a"], correct=False)
    assert not list_threads(bob, chapter).rows[0].spoils


def test_hidden_threads_are_in_the_lists_of_their_author_and_moderators_only() -> None:
    chapter, ada, bob = build_chapter(), build_person(), build_person("b@e.org", "Bob")
    first = build_thread(chapter, ada, state=Thread.State.HIDDEN, pinned_at=timezone.now())
    moderator, stranger = build_moderator("Mia", chapter.course), build_known("Max", Role.EDITOR)
    for viewer, sees in ((VISITOR, 0), (bob, 0), (stranger, 0), (ada, 1), (moderator, 1)):
        for where in (chapter, chapter.course):
            page = list_threads(viewer, where)
            assert len([*page.pinned, *page.rows]) == sees, viewer
    assert Post.objects.get(pk=first.pk)


def test_a_course_lists_all_its_readable_chapters(client: Client) -> None:
    ada = build_person()
    build_thread(build_chapter(), ada, title="In the first")
    build_thread(build_chapter("other"), ada, title="In the other")
    build_thread(build_chapter("draft", live=False), ada, title="In the draft")
    page = client.get(COURSE).content.decode()
    assert "In the first" in page
    assert "In the other" in page
    assert "In the draft" not in page
    fragment = client.get(COURSE, headers={"HX-Request": "true"}).content.decode()
    assert fragment.strip() in page
    assert client.get("/discussions/courses/none/").status_code == 404
    assert client.get(f"{COURSE}?after=x~1").status_code == 404


def test_mine_shows_what_i_follow_opened_and_wrote_and_nothing_that_i_may_not_read(client: Client) -> None:
    chapter, ada, bob = build_chapter(), build_person(), build_person("b@e.org", "Bob")
    followed, own = build_thread(chapter, bob, title="Followed"), build_thread(chapter, ada, title="Opened")
    gone = build_thread(chapter, bob, title="Gone")
    for first in (followed, gone):
        follow(actor=ada, target=first.thread)
        mark_read(actor=ada, thread=first.thread, last_post_id=first.pk)
    reply = build_reply(followed, bob, "News!")
    vote(actor=ada, post=reply, value=1)
    Thread.objects.filter(pk=gone.thread_id).update(state=Thread.State.HIDDEN)
    build_reply(own, ada, "I found it myself.")
    assert client.get("/discussions/").headers["Location"].startswith("/accounts/login/")
    client.force_login(ada)
    pages = {
        show: client.get(f"/discussions/?show={show}").content.decode() for show in ("followed", "opened", "posts")
    }
    assert "Followed" in pages["followed"]
    assert "1 new since you were here" in pages["followed"]
    assert "Gone" not in "".join(pages.values())
    assert "Opened" in pages["opened"]
    assert "I found it myself." in pages["posts"]
    assert client.get("/discussions/?show=all").status_code == 404
    person = client.get(f"/discussions/people/{bob.pk}/").content.decode()
    assert "Followed" in person
    assert "Gone" not in person
    assert client.get("/discussions/people/999999/").status_code == 404


def test_a_thread_says_what_it_is_about_and_when_that_has_left_the_text(client: Client) -> None:
    chapter, ada = build_chapter(), build_person()
    item = Item.objects.create(chapter=chapter, key="idea", kind=Item.Kind.SECTION, title="The idea", position=1)
    thread = build_thread(chapter, ada, anchor_kind="section", anchor_key="idea").thread
    page = client.get(path_of(thread)).content.decode()
    assert '<a href="/courses/essentials/intro/#idea">section “The idea”</a>' in page
    item.retired_at = timezone.now()
    item.save()
    for path in (path_of(thread), DISCUSSION):
        assert "which has left the text" in client.get(path).content.decode()
