"""Faults that others have shipped, each one once: what must not happen here."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.conduct.charging import charge, discharge
from apps.conduct.models import Act
from apps.conduct.sanctioning import lift, silence, suspend, warn
from apps.courses.models import Course
from apps.discussions.accepting import accept, unaccept
from apps.discussions.branches import BELOW, BRANCHES, Order, list_branches, read_cursor
from apps.discussions.editing import edit
from apps.discussions.lists import Sort, Wish, list_threads
from apps.discussions.models import MAX_DEPTH, Edit, Post, State, Thread, Vote
from apps.discussions.reading import POSTS, list_posts
from apps.discussions.voting import vote
from apps.moderation.models import Flag, FlagReason, ReviewItem
from apps.notices.models import Kind
from apps.notices.reading import COUNTED, count_unread
from apps.notices.telling import tell
from tests.conduct.people import build_moderator, build_person

from .crowds import fill_thread, set_next_id
from .talks import build_chapter, build_reply, build_thread, fill_reply_form, path_of

pytestmark = pytest.mark.django_db
NOBODY = AnonymousUser()


def load(post: Post) -> Post:
    return Post.objects.select_related("author", "thread__chapter").get(pk=post.pk)


@pytest.fixture
def far_ids() -> Iterator[None]:
    """Afterwards ids go on where they were: no later test stands behind a gap of two thousand millions."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('discussions_post_id_seq'), nextval('discussions_thread_id_seq')")
        post, thread = cursor.fetchone()
    yield
    set_next_id(post)
    set_next_id(thread, Thread)


@pytest.mark.usefixtures("far_ids")
@pytest.mark.parametrize("boundary", [9, 99, 255, 65_535, 2**31 - 1])
def test_ids_sort_as_numbers_not_as_text(boundary: int) -> None:
    chapter, ada = build_chapter(), build_person("Ada")
    set_next_id(boundary - 1, Thread)
    threads = [build_thread(chapter, ada).thread_id for _ in range(4)]
    assert [thread.pk for thread in list_threads(NOBODY, chapter, Wish(Sort.OLDEST)).threads] == threads
    first = Post.objects.get(thread=threads[0])
    Post.objects.exclude(pk=first.pk).delete()
    set_next_id(boundary + first.pk)
    replies = [build_reply(first, ada) for _ in range(4)]
    below = [build_reply(replies[0], ada).pk for _ in range(2)]
    made = [post.pk for post in replies]
    assert [shown.post.pk for shown in list_posts(NOBODY, first.thread).posts][1:] == [made[0], *below, *made[1:]]
    for order, expected in ((Order.OLDEST, made), (Order.NEWEST, made[::-1]), (Order.TOP, made)):
        assert [branch.root.post.pk for branch in list_branches(NOBODY, load(first).thread, order=order).branches] == (
            expected
        )


@pytest.mark.parametrize("count", [BRANCHES * 2, BRANCHES * 20])
def test_a_page_loads_what_it_shows_and_not_the_thread(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = build_person("Ada")
    first = load(build_thread(build_chapter(), ada))
    fill_thread(first, ada, count)
    made: list[Post] = []
    from_db = Post.from_db.__func__  # type: ignore[attr-defined]

    def load_one(*args: Any) -> Post:
        made.append(from_db(*args))
        return made[-1]

    monkeypatch.setattr(Post, "from_db", classmethod(load_one))
    for order in Order:
        made.clear()
        list_branches(NOBODY, first.thread, order=order)
        assert len(made) <= 1 + BRANCHES * (BELOW + 2)
    made.clear()
    list_posts(NOBODY, first.thread)
    assert len(made) <= POSTS + 1


@pytest.mark.parametrize("order", Order)
def test_every_reply_beyond_the_three_hundredth_can_be_reached(order: Order) -> None:
    ada = build_person("Ada")
    first = load(build_thread(build_chapter(), ada))
    made = {post.pk for post in fill_thread(first, ada, 330)}
    page, seen = list_branches(NOBODY, first.thread, order=order), []
    while True:
        seen += [branch.root.post.pk for branch in page.branches]
        if page.next is None:
            break
        page = list_branches(NOBODY, first.thread, order=order, after=read_cursor(order, str(page.next)))
    assert len(seen) == len(made)
    assert set(seen) == made


def test_the_last_of_three_hundred_posts_has_an_address(client: Client) -> None:
    ada = build_person("Ada")
    first = build_thread(build_chapter(), ada)
    *_, last = fill_thread(first, ada, 330)
    answer = client.get(path_of(first.thread), {"from": last.pk})
    assert f'id="post-{last.pk}"' in answer.content.decode()


def test_deleting_an_account_deletes_nothing_of_other_people(client: Client) -> None:
    ada, bob, cy = (build_person(name) for name in ("Ada", "Bob", "Cy"))
    first = build_thread(build_chapter(), ada)
    answer = build_reply(first, bob, "Answer of Bob")
    build_reply(answer, cy, "Thanks of Cy")
    accept(actor=ada, post=answer)
    vote(actor=cy, post=load(answer), value=1)
    for person in (ada, bob):
        person.delete()
    page = client.get(path_of(first.thread)).content.decode()
    assert [words for words in ("It is not 9.", "Answer of Bob", "Thanks of Cy") if words in page] == [
        "It is not 9.",
        "Answer of Bob",
        "Thanks of Cy",
    ]
    assert (Thread.objects.get().accepted, load(answer).ups) == (answer, 1)


def test_history_outlives_who_edited_and_who_wrote() -> None:
    bob = build_person("Bob")
    post = build_reply(build_thread(build_chapter(), build_person("Ada")), bob, "As it was")
    moderator = build_moderator("Mo", post.thread.chapter.course)
    edit(actor=moderator, post=post, body="Milder", reason="Rude")
    moderator.delete()
    bob.delete()
    assert [(kept.body, kept.editor, kept.reason) for kept in Edit.objects.all()] == [("As it was", None, "Rude")]
    act = Act.objects.get(verb="edit")
    assert (act.actor, act.actor_name, act.person) == (None, "Mo", None)


@pytest.mark.parametrize(
    "forged", [{"depth": 0}, {"path": "00"}, {"thread": 1}, {"state": "visible", "author": 1, "ups": 9, "id": 1}]
)
def test_depth_and_place_come_from_the_parent_and_not_from_the_request(client: Client, forged: dict[str, Any]) -> None:
    ada = build_person("Ada")
    first = build_thread(build_chapter(), ada)
    parent = build_reply(first, ada)
    client.force_login(bob := build_person("Bob"))
    client.post(f"{path_of(first.thread)}posts/", fill_reply_form(parent) | forged)
    made = Post.objects.get(parent=parent)
    assert (made.thread_id, made.depth, made.author, made.ups) == (first.thread_id, 2, bob, 0)
    assert bytes(made.path) == bytes(parent.path) + made.pk.to_bytes(8, "big")


def test_no_parent_is_answered_that_one_may_not_answer(client: Client) -> None:
    ada = build_person("Ada")
    first, elsewhere = build_thread(chapter := build_chapter(), ada), build_thread(build_chapter("other"), ada)
    hidden_thread = build_thread(chapter, ada, state="hidden")
    held, hidden, deleted = build_reply(first, ada, note="Look"), build_reply(first, ada), build_reply(first, ada)
    Post.objects.filter(pk=hidden.pk).update(state=State.HIDDEN)
    Post.objects.filter(pk=deleted.pk).update(state=State.DELETED)
    deepest = first
    for _ in range(MAX_DEPTH):
        deepest = build_reply(deepest, ada)
    before = Post.objects.count()
    client.force_login(build_person("Bob"))
    for parent in (elsewhere, hidden_thread, held, hidden, deleted, deepest):
        answer = client.post(f"{path_of(first.thread)}posts/", fill_reply_form(parent))
        assert 400 <= answer.status_code < 500, parent
    for parent_id in ("", "x", "0", "-1", str(2**63), "1e3", "1 OR 1=1"):
        form = fill_reply_form(first) | {"parent": parent_id}
        assert client.post(f"{path_of(first.thread)}posts/", form).status_code == 404
    assert Post.objects.count() == before


@pytest.mark.parametrize("value", [1, -1, 0])
def test_a_double_click_on_a_vote_is_no_error_and_counts_once(value: int) -> None:
    post = build_reply(build_thread(build_chapter(), build_person("Ada")), build_person("Bob"))
    stale, cy = load(post), build_person("Cy")  # both clicks have the same page before them
    tallies = [vote(actor=cy, post=stale, value=value) for _ in range(3)]
    assert tallies == [(int(value == 1), int(value == -1))] * 3
    assert Vote.objects.count() == abs(value)


def test_a_score_is_never_made_from_counts_that_somebody_has_read() -> None:
    post = build_reply(build_thread(build_chapter(), build_person("Ada")), build_person("Bob"))
    stale = [load(post) for _ in range(3)]
    for number, seen in enumerate(stale):
        vote(actor=build_person(f"V{number}"), post=seen, value=1)
    found = load(post)
    assert (found.ups, found.downs) == (3, 0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT discussions_wilson(3, 0)")
        assert cursor.fetchone() == (found.wilson,)
    with pytest.raises(Exception, match="generated"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE discussions_post SET wilson = 1")


def test_there_is_no_flag_without_a_reason() -> None:
    post = build_reply(build_thread(build_chapter(), build_person("Ada")), build_person("Bob"))
    item = ReviewItem.objects.create(post=post, why="flagged")
    flag = {"post": post, "item": item, "person": build_person("Cy")}
    with pytest.raises(IntegrityError), transaction.atomic():
        Flag.objects.create(reason=None, **flag)  # type: ignore[misc]
    reason = FlagReason.objects.create(key="mine", label="Mine", position=99)
    Flag.objects.create(reason=reason, **flag)
    with pytest.raises(IntegrityError), transaction.atomic():  # nor does one lose it later
        reason.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Flag.objects.create(reason=reason, **flag)


def test_what_is_unread_is_counted_by_an_index_and_only_so_far(django_assert_num_queries: Any) -> None:
    ada, bob = build_person("Ada"), build_person("Bob")
    for number in range(COUNTED + 5):
        tell([ada.pk], kind=Kind.REPLY, event=f"e:{number}", subject="S", address="/", actor=bob)
    with django_assert_num_queries(1) as captured:
        assert count_unread(ada) == COUNTED
    nodes = explain(captured.captured_queries[0]["sql"])
    assert {node["Relation Name"] for node in nodes if "Relation Name" in node} == {"notices_notice"}
    assert "notice_unread" in {node.get("Index Name") for node in nodes}
    assert max(node["Actual Rows"] for node in nodes if "Index Name" in node) <= COUNTED


def explain(sql: str) -> list[dict[str, Any]]:
    """The nodes of a statement's plan where tables are large."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
        told = cursor.fetchone()[0]
        cursor.execute("SET LOCAL enable_seqscan = on")
    waiting, nodes = [(json.loads(told) if isinstance(told, str) else told)[0]["Plan"]], []
    while waiting:
        nodes.append(node := waiting.pop())
        waiting += node.get("Plans", [])
    return nodes


def test_no_time_in_the_future_wins_a_place(client: Client) -> None:
    chapter, ada = build_chapter(), build_person("Ada")
    first = build_thread(chapter, ada)
    client.force_login(build_person("Bob"))
    future = (timezone.now() + timedelta(days=900)).isoformat()
    forged = {"created_at": future, "active_at": future, "edited_at": future, "at": future}
    client.post(f"{path_of(first.thread)}posts/", fill_reply_form(first) | forged)
    client.post(
        "/courses/essentials/intro/discussion/",
        {"title": "T", "body": "B", "client_token": uuid.uuid4()} | forged | {"pinned_at": future, "score": 9},
    )
    late = Post.objects.get(parent=first)
    made = Thread.objects.exclude(pk=first.thread_id).get()
    now = timezone.now()
    assert max(late.created_at, late.active_at, made.created_at, made.active_at) <= now
    assert (late.edited_at, made.pinned_at, made.score) == (None, None, 0)
    good = build_reply(first, ada)
    Post.objects.filter(pk=late.pk).update(created_at=future)  # and what a wrong clock wrote scores nothing
    vote(actor=build_person("Cy"), post=load(good), value=1)
    [best, other] = list_branches(NOBODY, load(first).thread, order=Order.TOP).branches
    assert (best.root.post, other.root.post) == (good, late)


def list_short_cuts(moderator: User, root: User, ada: User, answer: Post) -> list[Callable[[], object]]:
    course = answer.thread.chapter.course
    return [
        lambda: edit(actor=moderator, post=answer, body="Milder"),
        lambda: accept(actor=moderator, post=answer),
        lambda: unaccept(actor=moderator, post=answer),
        lambda: warn(actor=moderator, person=ada, course=course, reason="R"),
        lambda: silence(actor=moderator, person=ada, course=course, reason="R", ends_at=None),
        lambda: lift(actor=moderator, sanction=ada.sanctions.get(kind="silence"), reason="R"),
        lambda: suspend(actor=root, person=ada, reason="R", ends_at=None),
        lambda: charge(actor=root, person=ada, course=course),
        lambda: discharge(actor=root, person=ada, course=course),
    ]


def test_no_short_cut_of_a_moderator_leaves_no_trace() -> None:
    ada, root = build_person("Ada"), build_person("Root", Role.ADMIN)
    answer = build_reply(build_thread(build_chapter(), ada), build_person("Bob"))
    moderator = build_moderator("Mo", answer.thread.chapter.course)
    for number, cut in enumerate(list_short_cuts(moderator, root, ada, answer)):
        before = Act.objects.count()
        cut()
        assert Act.objects.count() == before + 1, f"short cut {number}"
    assert not Act.objects.filter(actor=None, actor_name="", verb__in=["edit", "warn"]).exists()


@pytest.mark.parametrize("app", ["discussions", "moderation", "conduct"])
def test_the_admin_pages_are_no_way_around_the_log(app: str) -> None:
    root = build_person("Root", Role.ADMIN)
    request: Any = type("Request", (), {"user": root})()
    for model, pages in admin.site._registry.items():
        if model._meta.app_label == app and model not in (FlagReason, Course):
            assert not pages.has_change_permission(request), model
            assert not pages.has_delete_permission(request), model
