"""What becomes of posts: edited, withdrawn, hidden, held, accepted; and what stays when people go."""

from __future__ import annotations

import threading
import uuid

import pytest
from django.db import IntegrityError, connection, transaction

from apps.accounts.models import User
from apps.conduct.models import Act, Verb
from apps.discussions.accepting import accept, unaccept
from apps.discussions.editing import edit, withdraw
from apps.discussions.models import Edit, Post, State, Thread, Vote
from apps.discussions.posting import reply
from apps.discussions.refusals import NotAllowed, NotNow
from apps.discussions.states import NEXT, move_post
from apps.moderation.models import ReviewItem
from tests.conduct.people import build_moderator, build_person, reload

from .talks import build_chapter, build_reply, build_thread

pytestmark = pytest.mark.django_db


def load(post: Post) -> Post:
    return Post.objects.select_related("author", "thread__chapter").get(pk=post.pk)


def build_talk() -> tuple[User, User, Post, Post]:
    ada, bob = build_person("Ada"), build_person("Bob")
    first = build_thread(build_chapter(), ada)
    return ada, bob, first, build_reply(first, bob, "Before")


def test_what_a_post_said_before_is_kept() -> None:
    _, bob, _, post = build_talk()
    changed = edit(actor=bob, post=post, body="**After**", seen="Before", reason="Typo")
    assert (changed.html, changed.edited_at is not None) == ("<p><strong>After</strong></p>\n", True)
    assert [(kept.body, kept.editor, kept.reason) for kept in post.edits.all()] == [("Before", bob, "Typo")]
    with pytest.raises(NotNow, match="meanwhile"):
        edit(actor=bob, post=post, body="From an older page", seen="Before")
    edit(actor=bob, post=post, body="**After**")
    assert Edit.objects.count() == 1
    assert not Act.objects.exists()


def test_a_moderator_who_edits_leaves_a_trace() -> None:
    _, bob, _, post = build_talk()
    moderator = build_moderator("Mo", post.thread.chapter.course)
    edit(actor=moderator, post=post, body="Milder", reason="Too rude")
    act = Act.objects.get(verb=Verb.EDIT)
    assert (act.actor, act.person, act.details) == (moderator, bob, {"before": "Before", "after": "Milder"})
    with pytest.raises(NotAllowed):
        edit(actor=build_person("Cy"), post=post, body="Mine")


def test_history_outlives_its_editor_and_is_not_rewritten() -> None:
    _, bob, _, post = build_talk()
    edit(actor=bob, post=post, body="After")
    with pytest.raises(IntegrityError, match="not rewritten"), transaction.atomic():
        Edit.objects.update(body="Never said")
    bob.delete()
    assert [(kept.body, kept.editor) for kept in Edit.objects.all()] == [("Before", None)]


def test_who_withdraws_leaves_a_gap_and_other_peoples_replies() -> None:
    ada, bob, first, post = build_talk()
    below = build_reply(post, ada)
    for _ in range(2):
        withdraw(actor=bob, post=post)
    assert (load(post).state, load(below).state, Thread.objects.get().replies) == (State.DELETED, State.VISIBLE, 1)
    with pytest.raises(NotAllowed):
        withdraw(actor=bob, post=first)


def test_deleting_an_account_deletes_no_post_and_no_reply() -> None:
    ada, bob, _, post = build_talk()
    build_reply(post, ada)
    Vote.objects.create(post=post, person=ada, value=1)
    ada.delete()
    bob.delete()
    assert [known.author for known in Post.objects.all()] == [None] * 3


@pytest.mark.parametrize("before", State)
@pytest.mark.parametrize("to", State)
def test_states_follow_each_other_as_the_table_says(before: State, to: State) -> None:
    _, _, _, post = build_talk()
    Post.objects.filter(pk=post.pk).update(state=before)
    Thread.objects.update(replies=int(before == State.VISIBLE))
    if to in NEXT[before]:
        move_post(post=load(post), to=to)
    else:
        with pytest.raises(NotNow):
            move_post(post=load(post), to=to)
    assert Thread.objects.get().replies == int(load(post).state == State.VISIBLE)


def test_whoever_is_slower_changes_nothing() -> None:
    _, _, _, post = build_talk()
    one, two = load(post), load(post)
    move_post(post=one, to=State.HIDDEN)
    with pytest.raises(NotNow):
        move_post(post=two, to=State.DELETED)
    assert (load(post).state, Thread.objects.get().replies) == (State.HIDDEN, 0)


def test_a_held_post_waits_in_the_queue_and_counts_once_it_is_released() -> None:
    _, bob, first, _ = build_talk()
    post = build_reply(first, bob, note="Filter: pills")
    item = ReviewItem.objects.get(post=post)
    assert (item.why, item.note, item.course) == ("held", "Filter: pills", post.thread.chapter.course)
    assert Thread.objects.get().replies == 1
    move_post(post=load(post), to=State.VISIBLE)
    assert Thread.objects.get().replies == 2


def test_the_asker_accepts_one_answer_and_can_take_it_back() -> None:
    ada, bob, first, post = build_talk()
    other = build_reply(first, bob)
    for _ in range(2):
        accept(actor=ada, post=post)
    accept(actor=ada, post=other)
    assert Thread.objects.get().accepted == other
    unaccept(actor=ada, post=post)
    assert Thread.objects.get().accepted == other
    withdraw(actor=bob, post=other)
    assert Thread.objects.get().accepted is None
    assert not Act.objects.exists()
    for actor, target in ((bob, post), (ada, first)):
        with pytest.raises((NotAllowed, NotNow)):
            accept(actor=actor, post=target)
    accept(actor=build_moderator("Mo", first.thread.chapter.course), post=post)
    assert Act.objects.get(verb=Verb.ACCEPT).person == ada


def test_the_database_lets_no_thread_accept_what_stands_elsewhere() -> None:
    ada, _, first, _ = build_talk()
    elsewhere = build_reply(build_thread(first.thread.chapter, ada), ada)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError, match="accepts_its_own"), transaction.atomic():
            Thread.objects.filter(pk=first.thread_id).update(accepted=elsewhere)


@pytest.mark.django_db(transaction=True)
def test_who_replies_while_the_post_is_moved_answers_it_where_it_stands_then() -> None:
    ada, bob, first, post = build_talk()
    other, done = build_thread(first.thread.chapter, ada), threading.Event()
    made: list[Post] = []

    def answer() -> None:
        made.append(reply(actor=reload(bob), parent=post, body="Late", client_token=uuid.uuid4()))
        connection.close()

    answering = threading.Thread(target=answer)
    with transaction.atomic():
        list(Thread.objects.select_for_update().order_by("pk"))
        answering.start()
        done.wait(0.3)  # long enough for the reply to wait for the lock; without it, the test asks less
        path = bytes(other.path) + post.pk.to_bytes(8, "big")
        Post.objects.filter(pk=post.pk).update(thread=other.thread, parent=other, path=path)
    answering.join()
    [late] = made
    assert (late.thread_id, late.parent_id, bytes(late.path)[:-8]) == (other.thread_id, post.pk, path)
    assert Thread.objects.get(pk=other.thread_id).replies == 1
