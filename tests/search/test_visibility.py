"""Who finds what: readable chapters and what stands below them, for everybody alike; nothing else for anybody."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from apps.accounts.models import Role, User
from apps.accounts.roles import grant
from apps.discussions.models import Post, Thread
from apps.search.access import Viewer
from tests.discussions.talks import build_reply

from .sites import add_section, add_term, ask, build_chapter, build_person, build_thread

ROLES = [None, *Role]


def build_viewer(role: Role | None) -> Viewer:
    if role is None:
        return AnonymousUser()
    viewer: User = build_person(f"{role}@example.org", role.label)
    grant(actor=None, person=viewer, role=role)
    return User.objects.get(pk=viewer.pk)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("live", [True, False])
def test_what_is_found_by_role_and_state(role: Role | None, live: bool) -> None:
    """The table of `apps.search.access`: one row for each state that a chapter may have."""
    chapter = build_chapter(live=live)
    chapter.title = "Zeta functions"
    chapter.save()
    add_section(chapter, "Zeta section")
    add_term(chapter, "Zeta")
    build_thread(chapter, build_person(), title="Zeta thread", body="zeta")
    found = {group.name for group in ask("zeta", viewer=build_viewer(role)).groups}
    assert found == ({"term", "chapter", "section", "thread"} if live else set())


def test_what_cannot_be_read_is_in_no_count_and_no_suggestion(client: Client) -> None:
    hidden = build_chapter("hidden", live=False)
    build_thread(hidden, build_person(), title="Zetafunction", body="zetafunction")
    shown = build_chapter("shown")
    add_section(shown, "Zeta")
    answer = client.get("/search/suggestions.json", {"q": "zetafunc"}).json()
    assert (answer["total"], answer["groups"], answer["better"]) == (0, [], "")
    assert "Zetafunction" not in client.get("/search/", {"q": "zetafunction"}).content.decode().split("<ol>")[-1]


def test_a_section_that_left_the_text_is_gone() -> None:
    chapter = build_chapter()
    add_section(chapter, "Zeta")
    assert ask("zeta").total == 1
    chapter.passages.all().delete()
    assert ask("zeta").total == 0


def test_what_is_deleted_is_gone() -> None:
    post = build_thread(build_chapter(), build_person(), title="Zeta thread")
    assert ask("zeta").total == 1
    post.thread.delete()
    assert ask("zeta").total == 0


@pytest.mark.parametrize("state", ["held", "hidden", "deleted"])
def test_a_post_that_is_not_visible_is_found_by_nobody(state: str) -> None:
    first = build_thread(build_chapter(), build_person(), title="Zeta thread", body="Omicron")
    Post.objects.filter(pk=first.pk).update(state=state)
    for role in (None, Role.ADMIN):
        viewer = build_viewer(role)
        assert ask("omicron", viewer=viewer).total == ask("zeta", viewer=viewer).total == 0
    assert ask("omicron", viewer=first.author).total == 0


@pytest.mark.parametrize("state", ["hidden", "deleted"])
def test_a_thread_that_is_not_visible_is_found_by_nobody(state: str) -> None:
    first = build_thread(build_chapter(), build_person(), title="Zeta thread", body="Omicron")
    Thread.objects.update(state=state)
    for viewer in (None, first.author, build_viewer(Role.ADMIN)):
        assert ask("zeta omicron", viewer=viewer).total == ask("zeta", viewer=viewer).total == 0


def test_kinds_are_shown_and_what_others_found_good_comes_first() -> None:
    """Of two that say the same, the one that helped; where nobody voted, the newer one."""
    chapter, ada = build_chapter(), build_person()
    liked, other = (build_thread(chapter, ada, title=title, body="Zeta") for title in ("Liked", "Other"))
    assert [read_title(found) for found in find_threads()] == ["Other", "Liked"]
    Post.objects.filter(pk=liked.pk).update(ups=9)
    assert [read_title(found) for found in find_threads()] == ["Liked", "Other"]
    answer = build_reply(other, ada, "Zeta")
    Thread.objects.filter(pk=other.thread_id).update(accepted=answer)
    Post.objects.filter(pk=answer.pk).update(ups=9)
    found = find_threads()
    assert [read_title(each) for each in found] == ["Other", "Liked"]
    assert [each.where.partition(" in ")[0] for each in found] == ["Question, answered", "Question"]


def find_threads() -> list[Any]:
    [group] = ask("zeta").groups
    return list(group.found)


def read_title(found: Any) -> str:
    return "".join(piece.text for piece in found.title)
