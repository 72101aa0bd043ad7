"""How much somebody may post, and what is held or refused; who is told of it."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.conduct.models import Filter
from apps.conduct.recording import record_act
from apps.conduct.sanctioning import warn
from apps.courses.models import Item
from apps.discussions import limits
from apps.discussions.following import follow, mark_read, mute, unfollow
from apps.discussions.models import Follow, Mention, Post, ReadMark, State, Thread
from apps.discussions.posting import open_thread, reply
from apps.discussions.refusals import NotAllowed, TooMany, Unfit
from apps.discussions.telling import tell_followers
from apps.discussions.trust import find_limits, is_newcomer
from apps.notices.models import Notice
from apps.progress.models import SectionRead
from tests.conduct.people import build_moderator, build_person, reload

from .talks import build_chapter, build_reply, build_thread

pytestmark = pytest.mark.django_db


def say(actor: User, parent: Post, body: str = "Because.", **more: Any) -> Post:
    return reply(actor=actor, parent=parent, body=body, client_token=uuid.uuid4(), **more)


def build_known(name: str) -> User:
    """Somebody who has read a little."""
    person, chapter = build_person(name), build_chapter(f"read-by-{name.lower()}")
    for number in range(limits.SECTIONS):
        item = Item.objects.create(chapter=chapter, key=f"s{number}", kind="section", position=number)
        SectionRead.objects.create(user=person, item=item)
    return person


def test_whom_the_site_knows() -> None:
    ada = build_known("Ada")
    assert not is_newcomer(ada)
    assert is_newcomer(build_person("Bob"))
    assert not is_newcomer(build_person("Ed", Role.EDITOR))
    moderator = build_person("Mo", Role.MODERATOR)
    warning = warn(actor=moderator, person=ada, course=None, reason="X")
    assert is_newcomer(ada)
    record_act(actor=moderator, verb="lift", target=("person", ada.pk), reverts=warning.act)  # type: ignore[arg-type]
    assert not is_newcomer(ada)
    User.objects.filter(pk=ada.pk).update(date_joined=timezone.now())
    assert is_newcomer(reload(ada))
    assert find_limits(moderator) is limits.MODERATORS


def test_newcomers_post_so_often_in_an_hour_and_keep_their_token() -> None:
    ada, first = build_person("Ada"), build_thread(build_chapter(), build_person("Bob"))
    token = uuid.uuid4()
    last = reply(actor=ada, parent=first, body="0", client_token=token)
    for number in range(limits.NEWCOMERS.an_hour - 1):
        build_reply(first, ada, f"{number}")
    with pytest.raises(TooMany, match="10 times within the last hour") as refused:
        say(ada, first)
    assert 0 < (refused.value.retry_after_s or 0) <= 3600
    assert reply(actor=ada, parent=first, body="0", client_token=token) == last
    Post.objects.update(created_at=timezone.now() - timedelta(hours=2))
    say(ada, first)


@pytest.mark.parametrize(
    ("body", "words"),
    [("[a](https://a.example) www.b.example //c.example", "3 links"), ("@Bob @Cy @Di @Ed " * 2, "4 people")],
)
def test_newcomers_link_and_call_less(body: str, words: str) -> None:
    chapter, ada = build_chapter(), build_person("Ada")
    first = build_thread(chapter, build_person("Bob"))
    for name in ("Cy", "Di", "Ed"):
        build_reply(first, build_person(name))
    with pytest.raises(Unfit, match=words):
        say(ada, first, body)
    say(build_known("Known"), first, body)


def test_the_same_text_twice_is_a_mistake() -> None:
    ada, first = build_person("Ada"), build_thread(build_chapter(), build_person("Bob"))
    for _ in range(2):
        say(ada, first, "Thank you!")
    say(ada, first, "Have you tried to turn it off and on again?")
    with pytest.raises(Unfit, match="already"):
        say(ada, first, "Have you tried to turn it off and on again?")


def test_slow_mode_slows_everybody_but_moderators() -> None:
    ada, first = build_person("Ada"), build_thread(build_chapter(), build_person("Bob"), slow_seconds=600)
    say(ada, first)
    with pytest.raises(TooMany, match="slow mode"):
        say(ada, first)
    moderator = build_moderator("Mo", first.thread.chapter.course)
    for _ in range(2):
        say(moderator, first)


def test_a_locked_thread_takes_nothing() -> None:
    first = build_thread(build_chapter(), build_person("Bob"), locked_at=timezone.now())
    with pytest.raises(Exception, match="locked"):
        say(build_person("Ada"), first)
    assert Post.objects.count() == 1


def test_filters_hold_or_refuse_and_a_held_thread_is_not_seen() -> None:
    chapter, ada = build_chapter(), build_person("Ada")
    Filter.objects.create(kind="word", pattern="pills", action="hold")
    Filter.objects.create(kind="link", pattern="evil.example", action="refuse")
    first = open_thread(actor=ada, chapter=chapter, title="PILLS", body="Buy", client_token=uuid.uuid4())
    assert (first.state, Thread.objects.get().state) == (State.HELD, "hidden")
    with pytest.raises(Unfit, match=r"evil\.example"):
        open_thread(actor=ada, chapter=chapter, title="X", body="http://evil.example", client_token=uuid.uuid4())
    assert Thread.objects.count() == 1


@pytest.mark.parametrize(("typed_s", "state"), [(0.4, State.HELD), (30.0, State.VISIBLE), (None, State.VISIBLE)])
def test_a_first_post_that_nobody_can_have_typed_is_held(typed_s: float | None, state: State) -> None:
    first = build_thread(build_chapter(), build_person("Bob"))
    ada = build_person("Ada")
    assert say(ada, first, typed_s=typed_s).state == state
    assert say(ada, first, "Another", typed_s=0.1).state == State.VISIBLE


def test_announcements_are_for_editors_and_moderators() -> None:
    chapter = build_chapter()
    fields: dict[str, Any] = {"chapter": chapter, "title": "T", "body": "B", "kind": Thread.Kind.ANNOUNCEMENT}
    with pytest.raises(NotAllowed):
        open_thread(actor=build_person("Ada"), client_token=uuid.uuid4(), **fields)
    open_thread(actor=build_person("Ed", Role.EDITOR), client_token=uuid.uuid4(), **fields)


def test_everybody_hears_once_of_what_concerns_them_most() -> None:
    chapter = build_chapter()
    ada, bob, cy, di, ed = (build_person(name) for name in ("Ada", "Bob", "Cy", "Di", "Ed"))
    first = open_thread(actor=ada, chapter=chapter, title="T", body="B", client_token=uuid.uuid4())
    assert Follow.objects.get().person == ada
    build_reply(first, bob)
    for person in (ada, bob, cy, di, ed):
        follow(actor=person, target=first.thread)
        follow(actor=person, target=first.thread)
    follow(actor=cy, target=di)
    mute(actor=ed, person=di)
    unfollow(actor=ada, target=first.thread)
    post = say(di, first, "Thanks @bob, and `@Cy` or x@ada.example")
    for _ in range(2):
        tell_followers(post.pk)
    told = {notice.recipient: notice.kind for notice in Notice.objects.all()}
    assert told == {ada: "reply", bob: "mention", cy: "followed"}
    assert [mention.person for mention in Mention.objects.all()] == [bob]


@pytest.mark.parametrize("state", ["hidden", "deleted", "held"])
def test_nobody_is_told_of_what_was_hidden_meanwhile(state: str) -> None:
    first = build_thread(build_chapter(), build_person("Ada"))
    post = build_reply(first, build_person("Bob"))
    Post.objects.filter(pk=post.pk).update(state=state)
    tell_followers(post.pk)
    first.thread.delete()
    tell_followers(post.pk)
    assert not Notice.objects.exists()


def test_what_is_read_never_becomes_unread() -> None:
    first, ada = build_thread(build_chapter(), build_person("Bob")), build_person("Ada")
    for last in (5, 3, 9):
        mark_read(actor=ada, thread=first.thread, last_post_id=last)
    assert ReadMark.objects.get().last_post_id == 9
