"""What newcomers, spammers and the hasty meet at the site's door: a sentence, their own text, and no post."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.conduct.models import Filter
from apps.conduct.sanctioning import silence
from apps.discussions import limits
from apps.discussions.models import Mention, Post, State, Thread
from apps.moderation.models import ReviewItem
from tests.conduct.people import build_moderator, build_person

from .crowds import fill_thread
from .talks import DISCUSSION, build_chapter, build_reply, build_thread, fill_reply_form, fill_thread_form, path_of

pytestmark = pytest.mark.django_db


def build_newcomer() -> User:
    return User.objects.create_user("new@example.org", None, name="New")


def say(client: Client, first: Post, body: str, **more: Any) -> HttpResponse:
    return client.post(f"{path_of(first.thread)}posts/", fill_reply_form(first, body=body) | more)  # type: ignore[return-value]


def test_a_newcomer_who_floods_is_stopped_and_keeps_the_text(client: Client) -> None:
    first = build_thread(build_chapter(), build_person("Ada"))
    client.force_login(new := build_newcomer())
    answers = [say(client, first, f"Number {number}") for number in range(limits.NEWCOMERS.an_hour)]
    assert {answer.status_code for answer in answers} == {302}
    for answer in (say(client, first, "One too many"), client.post(DISCUSSION, fill_thread_form(body="One too many"))):
        page = answer.content.decode()
        assert 400 <= answer.status_code < 500
        assert "10 times within the last hour" in page
        assert "One too many" in page
    assert Post.objects.filter(author=new).count() == limits.NEWCOMERS.an_hour
    Post.objects.update(created_at=timezone.now() - timedelta(hours=2))
    assert say(client, first, "Later").status_code == 302


def test_nobody_posts_more_than_so_many_times_a_day(client: Client) -> None:
    first = build_thread(build_chapter(), build_person("Ada"))
    client.force_login(new := build_newcomer())
    fill_thread(first, new, limits.NEWCOMERS.a_day)
    Post.objects.filter(author=new).update(created_at=timezone.now() - timedelta(hours=3))
    answer = say(client, first, "One too many")
    assert f"{limits.NEWCOMERS.a_day} times within the last day" in answer.content.decode()
    assert Post.objects.filter(author=new).count() == limits.NEWCOMERS.a_day


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("http://a.example [b](//b.example) www.c.example", "3 links"),
        ("<https://a.example> `http://b.example` ｗｗｗ.c.example", "3 links"),
        ("Call {people}", "4 people"),
        ("Buy http://sub.EVIL.example/now", "evil.example"),
        ("Cheap PI\u200bLLS here", "pills"),
    ],
)
def test_what_does_not_fit_is_said_and_not_posted(client: Client, body: str, words: str) -> None:
    first = build_thread(build_chapter(), build_person("Ada"))
    others = [build_person(f"Bob {number}") for number in range(limits.NEWCOMERS.mentions + 1)]
    Filter.objects.create(kind="link", pattern="evil.example", action="refuse")
    Filter.objects.create(kind="word", pattern="pills", action="refuse")
    client.force_login(build_newcomer())
    answer = say(client, first, body.format(people=" ".join(f"@{one.name}#{one.pk}" for one in others)))
    assert 400 <= answer.status_code < 500
    assert words in answer.content.decode()
    assert (Post.objects.count(), Mention.objects.count()) == (1, 0)


def test_what_a_filter_holds_is_seen_by_its_author_and_by_moderators_only(client: Client) -> None:
    first = build_thread(build_chapter(), build_person("Ada"))
    Filter.objects.create(kind="word", pattern="pills", action="hold")
    client.force_login(new := build_newcomer())
    assert say(client, first, "Cheap pills here").status_code == 302
    held = Post.objects.get(author=new)
    assert (held.state, ReviewItem.objects.get().post, Thread.objects.get().replies) == (State.HELD, held, 0)
    seen = {}
    for name, viewer in {
        "author": new,
        "moderator": build_moderator("Mo", first.thread.chapter.course),
        "other": build_person("Bob"),
        "visitor": None,
    }.items():
        reader = Client()
        if viewer:
            reader.force_login(viewer)
        seen[name] = "Cheap pills" in reader.get(path_of(first.thread)).content.decode()
    assert seen == {"author": True, "moderator": True, "other": False, "visitor": False}


def test_the_same_text_is_posted_once_and_slow_mode_slows(client: Client) -> None:
    first = build_thread(build_chapter(), build_person("Ada"))
    client.force_login(build_newcomer())
    assert say(client, first, "The same words, longer than a thank-you.").status_code == 302
    assert "exactly this already" in say(client, first, "The same words, longer than a thank-you.").content.decode()
    Thread.objects.update(slow_seconds=600)
    answer = say(client, first, "Something else")
    assert "slow mode" in answer.content.decode()
    assert Post.objects.count() == 2


@pytest.mark.parametrize("what", ["locked", "silenced"])
def test_who_may_not_post_is_told_and_nothing_is_posted(client: Client, what: str) -> None:
    first = build_thread(build_chapter(), build_person("Ada"))
    parent, new = build_reply(first, build_person("Bob")), build_newcomer()
    moderator = build_moderator("Mo", first.thread.chapter.course)
    if what == "locked":
        Thread.objects.update(locked_at=timezone.now())
    else:
        silence(actor=moderator, person=new, course=first.thread.chapter.course, reason="R", ends_at=None)
    client.force_login(new)
    before = Post.objects.count()
    answer = say(client, parent, "My long text")
    assert 400 <= answer.status_code < 500
    assert "My long text" in answer.content.decode()
    assert Post.objects.count() == before
    if what == "silenced":
        assert client.post(DISCUSSION, fill_thread_form()).status_code == 403
    assert Thread.objects.count() == 1
