"""People who do things at the same moment, each with a connection of their own: right counts, one effect, no text lost."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from apps.accounts.models import Role, User
from apps.conduct.models import Act, Sanction, Verb
from apps.conduct.recording import record_act
from apps.conduct.refusals import NotNow, TooMany, Unfit
from apps.conduct.sanctioning import lift, silence
from apps.discussions import limits
from apps.discussions.accepting import accept
from apps.discussions.editing import edit, withdraw
from apps.discussions.following import follow, mark_read, unfollow
from apps.discussions.models import Edit, Follow, Post, ReadMark, State, Thread, Vote
from apps.discussions.posting import lock_parent, open_thread, reply
from apps.discussions.states import move_post
from apps.discussions.telling import tell_followers
from apps.discussions.voting import vote
from apps.moderation.models import ReviewItem
from apps.moderation.queue import open_item
from apps.notices.models import Notice
from tests.conduct.people import build_person, reload

from .crowds import act_at_once, act_behind, list_raised
from .talks import (
    DISCUSSION,
    build_chapter,
    build_reply,
    build_thread,
    fill_reply_form,
    fill_thread_form,
    path_of,
)

pytestmark = pytest.mark.django_db(transaction=True)


def load(post: Post) -> Post:
    return Post.objects.select_related("author", "thread__chapter").get(pk=post.pk)


def build_talk() -> tuple[User, User, Post, Post]:
    ada, bob = build_person("Ada"), build_person("Bob")
    first = build_thread(build_chapter(), ada)
    return ada, bob, first, build_reply(first, bob, "Before")


def log_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_fifty_vote_on_a_question_while_others_answer_it() -> None:
    _, _, first, _ = build_talk()
    people = [build_person(f"P{number}") for number in range(50)]

    def click(person: User) -> None:
        for value in (1, 1, -1 if person.pk % 5 == 0 else 1):
            vote(actor=reload(person), post=load(first), value=value)

    def answer(person: User) -> Post:
        return reply(actor=reload(person), parent=first, body=f"{person.name} says", client_token=uuid.uuid4())

    acts = [partial(click, person) for person in people] + [partial(answer, person) for person in people[:8]]
    assert list_raised(act_at_once(acts)) == []
    found, downs = load(first), sum(person.pk % 5 == 0 for person in people)
    assert (found.ups, found.downs, Vote.objects.count()) == (50 - downs, downs, 50)
    assert (found.thread.score, found.thread.replies) == (found.wilson, 9)


def test_a_double_clicked_form_makes_one_thread_and_one_reply() -> None:
    ada, bob, first, _ = build_talk()
    form, threads = fill_thread_form(), Thread.objects.count()
    answers = act_at_once([partial(log_in(bob).post, DISCUSSION, form) for _ in range(6)])
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert Thread.objects.count() == threads + 1

    form = fill_reply_form(first, body="Only once")
    address = f"{path_of(first.thread)}posts/"
    answers = act_at_once([partial(log_in(ada).post, address, form) for _ in range(6)])
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert Post.objects.filter(body="Only once").count() == 1
    assert Thread.objects.get(pk=first.thread_id).replies == 2


def test_nobody_posts_more_by_posting_at_once() -> None:
    _, _, first, _ = build_talk()
    cy, most = build_person("Cy"), limits.NEWCOMERS.an_hour

    def say(number: int) -> Post:
        return reply(actor=reload(cy), parent=first, body=f"Number {number}", client_token=uuid.uuid4())

    raised = list_raised(act_at_once([partial(say, number) for number in range(most + 6)]))
    assert [type(each) for each in raised] == [TooMany] * 6
    assert Post.objects.filter(author=cy).count() == most


def test_the_same_text_from_two_windows_is_posted_once() -> None:
    _, bob, first, _ = build_talk()

    def say() -> Post:
        return reply(actor=reload(bob), parent=first, body="The same long text. " * 3, client_token=uuid.uuid4())

    raised = list_raised(act_at_once([say] * 4))
    assert [type(each) for each in raised] == [Unfit] * 3


def test_two_edits_of_one_text_are_both_kept() -> None:
    _, bob, _, post = build_talk()
    acts = [partial(edit, actor=reload(bob), post=load(post), body=f"Edit {n}", seen="Before") for n in range(4)]
    answers = act_at_once(acts)
    assert [type(each) for each in list_raised(answers)] == [NotNow] * 3
    assert [kept.body for kept in Edit.objects.all()] == ["Before"]
    assert load(post).body in {f"Edit {n}" for n in range(4)}


def decide(post: Post, to: State) -> None:
    with transaction.atomic():
        move_post(post=lock_parent(post.pk), to=to)


@pytest.mark.parametrize("ways", [[State.HIDDEN] * 4, [State.HIDDEN, State.DELETED] * 2])
def test_two_who_decide_at_once_count_once(ways: list[State]) -> None:
    _, _, first, post = build_talk()
    raised = list_raised(act_at_once([partial(decide, post, way) for way in ways]))
    assert {type(each) for each in raised} <= {NotNow}
    assert len(raised) >= len(ways) - len(set(ways))
    assert Thread.objects.get(pk=first.thread_id).replies == 0
    assert load(post).state in ways


def test_two_who_release_a_held_post_let_it_appear_once() -> None:
    _, bob, first, _ = build_talk()
    held = build_reply(first, bob, note="Look")
    raised = list_raised(act_at_once([partial(decide, held, State.VISIBLE)] * 4))
    assert [type(each) for each in raised] == [NotNow] * 3
    assert (load(held).state, Thread.objects.get().replies) == (State.VISIBLE, 2)


def test_many_reasons_to_look_at_a_post_make_one_item_with_as_many_versions() -> None:
    _, _, _, post = build_talk()

    def flag() -> ReviewItem:
        with transaction.atomic():
            return open_item(post=load(post), why=ReviewItem.Why.FLAGGED)

    assert list_raised(act_at_once([flag] * 6)) == []
    assert ReviewItem.objects.get().version == 6


def test_one_silence_is_in_force_however_many_give_it_and_one_lifts_it() -> None:
    ada, bob, _, _ = build_talk()
    moderators = [build_person(f"M{number}", Role.MODERATOR) for number in range(4)]
    give = [partial(silence, actor=one, person=bob, course=None, reason="R", ends_at=None) for one in moderators]
    assert [type(each) for each in list_raised(act_at_once(give))] == [NotNow] * 3
    sanction = Sanction.objects.select_related("person", "act").get()
    end = [partial(lift, actor=one, sanction=sanction, reason="R") for one in moderators]
    assert [type(each) for each in list_raised(act_at_once(end))] == [NotNow] * 3
    assert sorted(act.verb for act in Act.objects.all()) == ["lift", "silence"]
    assert set(Notice.objects.values_list("recipient", flat=True)) == {bob.pk}
    assert not ada.acts_concerning.exists()


def test_one_act_is_reverted_once() -> None:
    ada, bob, _, post = build_talk()
    hidden = record_act(actor=ada, verb=Verb.HIDE, target=(Act.Target.POST, post.pk), person=bob)
    undo: Any = partial(record_act, actor=ada, verb=Verb.RESTORE, target=(Act.Target.POST, post.pk), reverts=hidden)
    assert [type(each) for each in list_raised(act_at_once([undo] * 4))] == [IntegrityError] * 3


def test_an_answer_that_is_withdrawn_while_it_is_accepted_is_not_accepted() -> None:
    for _ in range(3):
        ada, bob, first, post = build_talk()
        answers = act_at_once(
            [partial(accept, actor=reload(ada), post=load(post)), partial(withdraw, actor=reload(bob), post=load(post))]
        )
        assert {type(each) for each in list_raised(answers)} <= {NotNow}
        assert load(post).state == State.DELETED
        assert Thread.objects.get(pk=first.thread_id).accepted is None
        clear()


def clear() -> None:
    User.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE courses_course CASCADE")


def test_who_replies_while_the_thread_is_locked_is_told_and_keeps_the_text() -> None:
    _, bob, first, post = build_talk()
    client, sent = log_in(bob), fill_reply_form(post, body="A long text that must not be lost")
    lock = partial(Thread.objects.filter(pk=first.thread_id).update, locked_at="2026-11-23T10:00:00Z")
    [answer] = act_behind(lock, [partial(client.post, f"{path_of(first.thread)}posts/", sent)])
    assert 400 <= answer.status_code < 500
    assert "A long text that must not be lost" in answer.content.decode()
    assert "locked" in answer.content.decode()
    assert Thread.objects.get().replies == 1


def test_a_thread_that_goes_while_it_is_followed_tells_nobody_and_loses_nobody() -> None:
    _, bob, first, _ = build_talk()
    people = [build_person(f"P{number}") for number in range(6)]
    post = build_reply(first, bob, "News")

    def delete() -> None:
        Thread.objects.filter(pk=first.thread_id).update(state=Thread.State.DELETED)

    acts = [partial(follow, actor=reload(person), target=load(first).thread) for person in people for _ in range(2)]
    raised = list_raised(act_at_once([*acts, delete, partial(unfollow, actor=people[0], target=first.thread)]))
    assert {type(each) for each in raised} <= {NotNow}
    assert Follow.objects.filter(thread=first.thread).count() <= len(people)
    tell_followers(post.pk)
    assert not Notice.objects.exists()
    assert Post.objects.filter(thread=first.thread).count() == 3


def test_followers_are_told_once_by_two_workers_with_the_same_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.discussions.telling.AT_ONCE", 3)
    _, bob, first, _ = build_talk()
    people = [build_person(f"P{number}") for number in range(10)]
    for person in people:
        follow(actor=person, target=first.thread)
    post = build_reply(first, bob, "News")
    assert list_raised(act_at_once([partial(tell_followers, post.pk)] * 4)) == []
    told = list(Notice.objects.filter(kind="followed").values_list("recipient", flat=True))
    assert sorted(told) == sorted(person.pk for person in people)


def test_what_two_tabs_have_read_is_the_later() -> None:
    ada, _, first, _ = build_talk()
    acts = [partial(mark_read, actor=ada, thread=first.thread, last_post_id=number) for number in (3, 9, 5, 7, 1, 8)]
    assert list_raised(act_at_once(acts)) == []
    assert ReadMark.objects.get().last_post_id == 9


def test_two_threads_by_one_newcomer_at_once_are_counted_one_after_the_other() -> None:
    chapter, cy = build_chapter(), build_person("Cy")
    acts = [
        partial(open_thread, actor=reload(cy), chapter=chapter, title=f"T{n}", body=f"B{n}", client_token=uuid.uuid4())
        for n in range(limits.NEWCOMERS.an_hour + 2)
    ]
    assert [type(each) for each in list_raised(act_at_once(acts))] == [TooMany] * 2
