"""Threads on places and runs, runs in posts, following, feeds: by HTTP, as pages and programs ask."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.courses.models import Chapter, Item
from apps.discussions.models import Follow, Mute, Post, Thread
from apps.runs.models import Run, Visibility
from apps.runs.sharing import share
from tests.runs.builders import keep_log, make_run
from workers.protocol import State

from .talks import (
    DISCUSSION,
    build_chapter,
    build_person,
    build_reply,
    build_thread,
    fill_reply_form,
    fill_thread_form,
    path_of,
)

pytestmark = pytest.mark.django_db

FOLLOWS = "/discussions/follows/"
ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture
def chapter() -> Chapter:
    chapter = build_chapter()
    kinds = (
        ("idea", Item.Kind.SECTION),
        ("why", Item.Kind.QUIZ),
        ("loop", Item.Kind.LISTING),
        ("net", Item.Kind.PROJECT),
    )
    for position, (key, kind) in enumerate(kinds):
        Item.objects.create(chapter=chapter, key=key, kind=kind, title=key.title(), position=position)
    return chapter


@pytest.fixture
def ada(client: Client) -> User:
    ada = build_person()
    client.force_login(ada)
    return ada


def end_run(user: User, **fields: Any) -> Run:
    run = make_run(user, State.SUCCEEDED, finished_at=timezone.now(), metrics={"loss": {"last": 0.125}}, **fields)
    points = [[step, 1 / (step + 1)] for step in range(50)]
    keep_log(run, ("metric", {"name": "loss", "kind": "loss", "points": points}))
    return run


@pytest.mark.parametrize("place", ["section:idea", "quiz:why", "listing:loop", "listing:loop:12", "listing:net:1"])
def test_a_thread_is_opened_at_a_place(client: Client, chapter: Chapter, ada: User, place: str) -> None:
    page = client.get(DISCUSSION, {"place": place, "quote": "x = 1\ny = 2"}).content.decode()
    assert f'<option value="{place}" selected>' in page
    assert "&gt; x = 1\n&gt; y = 2" in page
    assert client.post(DISCUSSION, fill_thread_form(place=place)).status_code == 302
    thread = Thread.objects.get()
    assert f"{thread.anchor_kind}:{thread.anchor_key}" == place


@pytest.mark.parametrize(
    "place",
    [
        "section:none",
        "section:why",
        "quiz:why:1",
        "listing:loop:0",
        "listing:loop:²",
        "listing:loop:99999",
        "chapter:",
        "run:x",
        "idea",
        "\0:x",
        "section:" + "x" * 99,
    ],
)
def test_a_place_that_is_none_takes_no_thread(client: Client, chapter: Chapter, ada: User, place: str) -> None:
    answer = client.post(DISCUSSION, fill_thread_form(place=place, body="My text"))
    assert answer.status_code == 422
    assert "My text" in answer.content.decode()
    assert client.get(DISCUSSION, {"place": place}).status_code in {200, 404}
    assert not Thread.objects.exists()


def test_places_tell_how_many_threads_everybody_may_read_there(client: Client, chapter: Chapter) -> None:
    ada = build_person()
    build_thread(chapter, ada, anchor_kind="section", anchor_key="idea")
    build_thread(chapter, ada, anchor_kind="listing", anchor_key="loop")
    build_thread(chapter, ada, anchor_kind="listing", anchor_key="loop:2")
    build_thread(chapter, ada, anchor_kind="quiz", anchor_key="why")
    build_thread(chapter, ada, anchor_kind="section", anchor_key="idea", state=Thread.State.HIDDEN)
    answer = client.get(f"{DISCUSSION}places.json")
    assert answer.json() == {"places": {"section:idea": 1, "listing:loop": 2}}
    again = client.get(f"{DISCUSSION}places.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_asking_about_a_run_attaches_it_and_lets_everybody_see_it(client: Client, chapter: Chapter, ada: User) -> None:
    run = end_run(ada, project=chapter.items.get(key="net"))
    asked = client.get("/discussions/questions/", {"run": str(run.pk)})
    assert asked.headers["Location"] == f"{DISCUSSION}?place=run:{run.pk}&run={run.pk}#new-thread"
    page = client.get(asked.headers["Location"]).content.decode()
    assert "Everybody will see the run you attach" in page
    assert f'<option value="{run.pk}" selected>' in page
    form = fill_thread_form(place=f"run:{run.pk}", run=str(run.pk))
    assert client.post(DISCUSSION, form).status_code == 302
    thread, run = Thread.objects.get(), Run.objects.get()
    assert (thread.run, thread.has_run, thread.anchor_key) == (run, True, str(run.pk))
    assert run.visibility == Visibility.PUBLIC
    client.logout()
    page = client.get(path_of(thread)).content.decode()
    assert f'src="/runs/{run.pk}/curve.svg"' in page
    assert "0.125" in page
    assert f"/lab/?run={run.pk}" in page
    curve = client.get(f"/runs/{run.pk}/curve.svg")
    assert curve.headers["Content-Type"] == "image/svg+xml"
    assert b'<path d="M4.0 4.0' in curve.content
    share(run=run, visibility=Visibility.PRIVATE)
    page = client.get(path_of(thread)).content.decode()
    assert "does not share it any more" in page
    assert f"/runs/{run.pk}/curve.svg" not in page
    assert client.get(f"/runs/{run.pk}/curve.svg").status_code == 404
    client.force_login(ada)
    assert f"/runs/{run.pk}/curve.svg" in client.get(path_of(thread)).content.decode()


def test_own_code_is_asked_about_where_one_chooses(client: Client, chapter: Chapter, ada: User) -> None:
    run = end_run(ada)
    page = client.get("/discussions/questions/", {"run": str(run.pk)}).content.decode()
    assert f"{DISCUSSION}?place=run:{run.pk}&amp;run={run.pk}#new-thread" in page


def test_a_run_of_somebody_else_is_neither_attached_nor_asked_about(
    client: Client, chapter: Chapter, ada: User
) -> None:
    run = end_run(build_person("b@e.org", "Bob"))
    assert client.get("/discussions/questions/", {"run": str(run.pk)}).status_code == 404
    assert client.get("/discussions/questions/", {"run": "x"}).status_code == 404
    assert client.get(DISCUSSION, {"place": f"run:{run.pk}"}).status_code == 404
    answer = client.post(DISCUSSION, fill_thread_form(run=str(run.pk)))
    assert "none of yours" in answer.content.decode()
    first = build_thread(chapter, ada)
    assert client.post(f"{path_of(first.thread)}posts/", fill_reply_form(first, run=str(run.pk))).status_code == 422
    assert not Post.objects.exclude(pk=first.pk).exists()
    assert Run.objects.get().visibility == Visibility.PRIVATE
    client.logout()
    assert client.get("/discussions/questions/", {"run": str(run.pk)}).status_code == 302


def test_a_run_that_somebody_else_shares_with_everybody_is_discussed(
    client: Client, chapter: Chapter, ada: User
) -> None:
    run = end_run(build_person("b@e.org", "Bob"), project=chapter.items.get(key="net"), visibility=Visibility.PUBLIC)
    assert f"{DISCUSSION}?place=run:{run.pk}#discussion" in client.get(f"/runs/{run.pk}/").content.decode()
    assert client.post(DISCUSSION, fill_thread_form(place=f"run:{run.pk}")).status_code == 302
    thread = Thread.objects.get()
    assert (thread.anchor_key, thread.run) == (str(run.pk), None)
    page = client.get(path_of(thread)).content.decode()
    assert f'<a href="/runs/{run.pk}/">a run</a>' in page
    run.delete()
    assert "which has left the text" not in client.get(path_of(thread)).content.decode()
    assert "which is not there any more" in client.get(path_of(thread)).content.decode()


def test_a_reply_carries_a_run(client: Client, chapter: Chapter, ada: User) -> None:
    first, run = build_thread(chapter, ada), end_run(ada)
    assert client.post(f"{path_of(first.thread)}posts/", fill_reply_form(first, run=str(run.pk))).status_code == 302
    assert first.children.get().run == run
    assert Thread.objects.get().has_run


def test_threads_chapters_and_people_are_followed_and_let_go(client: Client, chapter: Chapter, ada: User) -> None:
    bob = build_person("b@e.org", "Bob")
    thread = build_thread(chapter, bob).thread
    for target in (f"thread:{thread.pk}", f"chapter:{chapter.pk}", f"person:{bob.pk}"):
        for count, wish in ((1, "follow"), (1, "follow"), (0, "unfollow"), (0, "unfollow"), (1, "follow")):
            answer = client.post(FOLLOWS, {"target": target, "wish": wish, "back": DISCUSSION})
            assert answer.headers["Location"] == DISCUSSION
            kind = target.partition(":")[0].replace("person", "author")
            assert Follow.objects.filter(person=ada).exclude(**{kind: None}).count() == count
    page = client.get(FOLLOWS).content.decode()
    assert {words for words in ("Why 10?", "Essentials · Intro", "Bob") if words in page} == {
        "Why 10?",
        "Essentials · Intro",
        "Bob",
    }
    assert "Following" in client.get(path_of(thread)).content.decode()
    Thread.objects.update(state=Thread.State.HIDDEN)
    assert client.post(FOLLOWS, {"target": f"thread:{thread.pk}", "wish": "unfollow"}).headers["Location"] == FOLLOWS
    assert client.post(FOLLOWS, {"target": f"thread:{thread.pk}", "wish": "follow"}).status_code == 404


def test_who_follows_from_below_a_chapter_comes_back_there(client: Client, chapter: Chapter, ada: User) -> None:
    there = "http://testserver/courses/essentials/intro/"
    fragment = client.get(DISCUSSION, headers={"HX-Request": "true", "HX-Current-URL": there}).content.decode()
    assert 'name="back" value="/courses/essentials/intro/#discussion"' in fragment


def test_whom_one_mutes_one_does_not_follow(client: Client, chapter: Chapter, ada: User) -> None:
    bob = build_person("b@e.org", "Bob")
    client.post(FOLLOWS, {"target": f"person:{bob.pk}", "wish": "follow"})
    client.post(FOLLOWS, {"target": f"person:{bob.pk}", "wish": "mute"})
    assert Mute.objects.filter(person=ada, muted=bob).exists()
    assert not Follow.objects.filter(author=bob).exists()
    assert "Unmute" in client.get(f"/discussions/people/{bob.pk}/").content.decode()
    client.post(FOLLOWS, {"target": f"person:{bob.pk}", "wish": "unmute"})
    assert not Mute.objects.exists()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"target": "thread:0", "wish": "follow"}, 404),
        ({"target": "thread:99999", "wish": "follow"}, 404),
        ({"target": "thread:5", "wish": "mute"}, 404),
        ({"target": "course:5", "wish": "follow"}, 404),
        ({"target": "person:99999999999999999999", "wish": "follow"}, 404),
        ({"target": "person:self", "wish": "follow"}, 404),
        ({"wish": "unfollow", "target": "thread:5", "back": "https://evil.example/"}, 302),
    ],
)
def test_what_cannot_be_followed_is_said(client: Client, ada: User, sent: dict[str, str], status: int) -> None:
    answer = client.post(FOLLOWS, sent)
    assert answer.status_code == status
    assert answer.headers.get("Location", FOLLOWS) == FOLLOWS
    client.logout()
    assert client.post(FOLLOWS, sent).headers["Location"].startswith("/accounts/login/")
    assert client.get(FOLLOWS).status_code == 302


def test_nobody_follows_or_mutes_themselves(client: Client, ada: User) -> None:
    for wish in ("follow", "mute"):
        answer = client.post(FOLLOWS, {"target": f"person:{ada.pk}", "wish": wish}, follow=True)
        assert "This is yourself" in answer.content.decode()
    assert not Follow.objects.exists()
    assert not Mute.objects.exists()


NASTY = "<script>alert(1)</script> \x0b\x1f & ]]> \ufffe [x](javascript:alert(1))"


def test_feeds_hold_what_visitors_may_read_and_are_xml_whatever_was_written(client: Client, chapter: Chapter) -> None:
    ada = build_person(name="Ada <b>")
    first = build_thread(chapter, ada, title="Safe & sound ]]>", body=NASTY)
    shown, hidden = build_reply(first, ada, "Shown"), build_reply(first, ada, "Hidden away")
    build_reply(shown, ada, "Held back", note="held")
    Post.objects.filter(pk=hidden.pk).update(state="hidden")
    secret = build_thread(chapter, ada, title="Secret", state=Thread.State.HIDDEN)
    client.force_login(ada)
    course = client.get("/discussions/courses/essentials/feed.xml")
    thread = client.get(f"{path_of(first.thread)}feed.xml")
    for answer, titles in ((course, ["Safe & sound ]]>"]), (thread, ["Re: Safe & sound ]]>", "Safe & sound ]]>"])):
        assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
        entries = ElementTree.fromstring(answer.content).findall("a:entry", ATOM)  # noqa: S314  our own
        assert [entry.findtext("a:title", namespaces=ATOM) for entry in entries] == titles
        body = entries[-1].findtext("a:summary", namespaces=ATOM) or ""
        assert "<script" not in body
        assert 'href="javascript:' not in body
        assert "Secret" not in answer.content.decode()
        assert (
            client.get(answer.request["PATH_INFO"], headers={"If-None-Match": answer.headers["ETag"]}).status_code
            == 304
        )
    assert b"Hidden away" not in thread.content
    assert b"Held back" not in thread.content
    assert client.get(f"{path_of(secret.thread)}feed.xml").status_code == 404
    assert client.get("/discussions/courses/none/feed.xml").status_code == 404
