"""Who may do what in which state: every cell of the table, said once more by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.conduct.sanctioning import silence
from apps.discussions.access import (
    Viewer,
    list_public_posts,
    list_public_threads,
    list_shown_posts,
    list_visible_posts,
    list_visible_threads,
    load_post,
    load_thread,
    may,
)
from apps.discussions.models import Post, Thread
from apps.discussions.rights import PLACES, POSTS, THREADS, Action, Part
from tests.conduct.people import build_course, build_moderator, build_person, reload

from .talks import build_chapter, build_reply, build_thread

pytestmark = pytest.mark.django_db

POST_STATES = {"v": "visible", "w": "held", "h": "hidden", "d": "deleted"}
THREAD_STATES = {"v": "visible", "h": "hidden", "d": "deleted"}
EVERYBODY = "visitor suspended silenced newcomer student author asker moderator stranger editor admin"
MEMBERS = "silenced newcomer student author asker moderator stranger editor admin"
TALKING = "newcomer student author asker moderator stranger editor admin"
OTHERS = "newcomer student asker moderator stranger editor admin"
JUDGES = "moderator admin"

# Of a reply by `author` in a question of `asker`: action, and in which states of the post who may.
OF_POSTS: list[tuple[str, dict[str, str]]] = [
    ("read", {EVERYBODY: "v", "author": "vwh", JUDGES: "vwhd"}),
    ("see_history", {EVERYBODY: "v", "author": "vwh", JUDGES: "vwhd"}),
    ("reply", {TALKING: "v"}),
    ("edit", {"author": "vh", JUDGES: "vwh"}),
    ("withdraw", {"author": "vwh"}),
    ("bring_back", {"author": "d"}),
    ("vote", {OTHERS: "v"}),
    ("accept", {"asker": "v", JUDGES: "v"}),
    ("flag", {OTHERS: "v"}),
    ("hide", {JUDGES: "vw"}),
    ("restore", {JUDGES: "hd"}),
    ("release", {JUDGES: "w"}),
    ("delete", {JUDGES: "vwh"}),
    ("decide", {JUDGES: "vwhd"}),
    ("split", {JUDGES: "vh"}),
]
LOCKED = {"reply", "edit", "bring_back", "vote", "accept"}
OF_THREADS: list[tuple[str, dict[str, str]]] = [
    ("read", {EVERYBODY: "v", "asker": "vh", JUDGES: "vhd"}),
    ("follow", {MEMBERS: "v"}),
    ("lock", {JUDGES: "vh"}),
    ("pin", {JUDGES: "v"}),
    ("slow", {JUDGES: "vh"}),
    ("move", {JUDGES: "vh"}),
    ("merge", {JUDGES: "v"}),
    ("hide", {JUDGES: "v"}),
    ("restore", {JUDGES: "hd"}),
    ("delete", {JUDGES: "vh"}),
]
OF_PLACES = {"open": TALKING, "announce": "moderator editor admin", "follow": MEMBERS}


@pytest.fixture
def cast() -> dict[str, Any]:
    """A question of `asker` with a reply of `author`, and everybody else."""
    chapter, course, other = build_chapter(), build_course(), build_course("other")
    people: dict[str, Viewer] = {name: build_person(name.title()) for name in ("author", "asker", "student")}
    people["visitor"] = AnonymousUser()
    people["newcomer"] = User.objects.create_user("new@example.org", None, name="New")
    people["moderator"], people["stranger"] = build_moderator("Mo", course), build_moderator("Strange", other)
    people["editor"], people["admin"] = build_person("Ed", Role.EDITOR), build_person("Root", Role.ADMIN)
    people["suspended"], people["silenced"] = build_person("Sus"), build_person("Sil")
    people["suspended"].is_active = False
    silence(actor=people["admin"], person=people["silenced"], course=course, reason="Noise", ends_at=None)  # type: ignore[arg-type]
    reply = build_reply(build_thread(chapter, people["asker"]), people["author"])  # type: ignore[arg-type]
    return {"people": people, "post": load(reply), "chapter": chapter}


def load(post: Post) -> Post:
    return Post.objects.select_related("author", "thread__chapter", "thread__author").get(pk=post.pk)


def spell(rule: dict[str, str]) -> dict[str, str]:
    """Who, by name, in which states; a later entry of the rule counts instead of an earlier one."""
    return {name: states for names, states in rule.items() for name in names.split()}


def ask(cast: dict[str, Any], action: str, states: dict[str, str], prepare: Callable[[str], Any]) -> dict[str, str]:
    """The same as the code says it."""
    said: dict[str, str] = {}
    for letter, state in states.items():
        target = prepare(state)
        for name, viewer in cast["people"].items():
            if may(viewer, Action(action), target) is None:
                said[name] = said.get(name, "") + letter
    return said


@pytest.mark.parametrize(("action", "rule"), OF_POSTS, ids=lambda value: value if isinstance(value, str) else "")
@pytest.mark.parametrize("locked", [False, True])
def test_what_is_done_with_posts(cast: dict[str, Any], action: str, rule: dict[str, str], locked: bool) -> None:
    def prepare(state: str) -> Post:
        post: Post = cast["post"]
        post.state = state
        post.thread.locked_at = timezone.now() if locked else None
        return post

    expected = spell(rule)
    if locked and action in LOCKED:
        expected = {name: states for name, states in expected.items() if name in JUDGES.split()}
    assert ask(cast, action, POST_STATES, prepare) == expected


@pytest.mark.parametrize(("action", "rule"), OF_THREADS, ids=lambda value: value if isinstance(value, str) else "")
def test_what_is_done_with_threads(cast: dict[str, Any], action: str, rule: dict[str, str]) -> None:
    def prepare(state: str) -> Thread:
        thread: Thread = cast["post"].thread
        thread.state = state
        return thread

    assert ask(cast, action, THREAD_STATES, prepare) == spell(rule)


@pytest.mark.parametrize(("action", "names"), OF_PLACES.items())
def test_what_is_done_under_chapters(cast: dict[str, Any], action: str, names: str) -> None:
    people = cast["people"]
    assert {name for name in people if may(people[name], Action(action), cast["chapter"]) is None} == set(names.split())


def test_the_tables_here_and_there_have_the_same_rows() -> None:
    assert {action for action, _ in OF_POSTS} == set(POSTS)
    assert {action for action, _ in OF_THREADS} == set(THREADS)
    assert set(OF_PLACES) == set(PLACES)
    assert set(Part) >= {part for rule in POSTS.values() for part in rule}


@pytest.mark.parametrize("state", ["hidden", "deleted"])
def test_nobody_goes_on_in_a_thread_that_is_gone(cast: dict[str, Any], state: str) -> None:
    post: Post = cast["post"]
    post.thread.state = state
    for action in ("reply", "vote", "accept", "flag"):
        assert ask(cast, action, {"v": "visible"}, lambda _: post) == {}
    assert set(ask(cast, "read", {"v": "visible"}, lambda _: post)) == (
        {"asker", *JUDGES.split()} if state == "hidden" else set(JUDGES.split())
    )


def test_nobody_touches_what_an_admin_wrote_nor_judges_their_own(cast: dict[str, Any]) -> None:
    people, thread = cast["people"], cast["post"].thread
    by_admin = load(build_reply(Post.objects.get(thread=thread, parent=None), people["admin"]))
    by_moderator = load(build_reply(Post.objects.get(thread=thread, parent=None), people["moderator"]))
    for action in (Action.HIDE, Action.DELETE, Action.DECIDE, Action.EDIT):
        assert may(people["moderator"], action, by_admin)
    for action in (Action.HIDE, Action.DELETE, Action.DECIDE, Action.VOTE, Action.FLAG):
        assert may(people["admin"], action, by_admin)
        assert may(people["moderator"], action, by_moderator)
    assert may(people["admin"], Action.HIDE, by_moderator) is None
    assert may(people["moderator"], Action.FLAG, by_admin) is None


def test_a_refusal_says_what_is_true_for_whom_it_is_told(cast: dict[str, Any]) -> None:
    people, post = cast["people"], cast["post"]
    assert "Log in" in str(may(people["visitor"], Action.REPLY, post))
    assert "suspended" in str(may(people["suspended"], Action.REPLY, post))
    assert "silenced" in str(may(people["silenced"], Action.REPLY, post))
    assert "flag it" in str(may(people["student"], Action.HIDE, post))
    post.state = "hidden"
    assert "hidden this post" in str(may(people["student"], Action.READ, post))


@pytest.mark.parametrize("thread_state", ["visible", "hidden", "deleted"])
@pytest.mark.parametrize("state", ["visible", "held", "hidden", "deleted"])
def test_lists_show_what_may_be_read(cast: dict[str, Any], state: str, thread_state: str) -> None:
    post: Post = cast["post"]
    Post.objects.filter(pk=post.pk).update(state=state)
    Thread.objects.update(state=thread_state)
    post = load(post)
    for viewer in cast["people"].values():
        reads = may(viewer, Action.READ, post) is None
        sees = may(viewer, Action.READ, post.thread) is None
        assert list_visible_posts(viewer).filter(pk=post.pk).exists() == reads
        assert list_visible_threads(viewer).filter(pk=post.thread_id).exists() == sees
        assert list_shown_posts(viewer).filter(pk=post.pk).exists() == (sees and (reads or state != "held"))
    public = state == thread_state == "visible"
    assert list_public_posts().filter(pk=post.pk).exists() == public
    assert list_public_threads().exists() == (thread_state == "visible")


def test_what_is_not_shown_is_not_found(cast: dict[str, Any]) -> None:
    people, post = cast["people"], cast["post"]
    Post.objects.filter(pk=post.pk).update(state="held")
    thread = load_thread(people["student"], post.thread_id)
    assert load_post(people["author"], thread, post.pk) == post
    with pytest.raises(Http404):
        load_post(people["student"], thread, post.pk)
    Thread.objects.update(state="deleted")
    assert load_thread(people["moderator"], post.thread_id) == thread
    with pytest.raises(Http404):
        load_thread(people["asker"], post.thread_id)


def test_a_silence_elsewhere_and_one_that_is_over_bar_nobody(cast: dict[str, Any]) -> None:
    people = cast["people"]
    student, admin = people["student"], people["admin"]
    silence(
        actor=admin, person=student, course=build_course("other"), reason="X", ends_at=timezone.now() + timedelta(1)
    )
    assert may(reload(student), Action.REPLY, cast["post"]) is None
