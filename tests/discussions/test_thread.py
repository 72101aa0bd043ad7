"""The page of a thread: what stands where, for whom, and what it costs."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import Role, User
from apps.accounts.roles import grant
from apps.conduct.charging import charge
from apps.discussions.branches import BELOW, BRANCHES
from apps.discussions.following import mark_read, mute
from apps.discussions.models import MAX_DEPTH, Post, ReadMark, State, Thread
from apps.discussions.voting import vote

from .talks import build_chapter, build_person, build_reply, build_thread, path_of

pytestmark = pytest.mark.django_db


def read(client: Client, post: Post, query: str = "", **headers: str) -> str:
    answer = client.get(path_of(post.thread) + query, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def shown_posts(html: str) -> list[int]:
    return [int(found) for found in re.findall(r'<li class="post[^"]*" id="post-(\d+)"', html)]


def find_post(html: str, post: Post) -> str:
    return html.split(f'id="post-{post.pk}"')[1].split("</li>")[0]


@pytest.fixture
def ada() -> User:
    return build_person()


@pytest.fixture
def bob() -> User:
    return build_person("bob@example.org", "Bob")


def test_visitors_read_the_tree_and_are_asked_to_join(client: Client, ada: User, bob: User) -> None:
    first = build_thread(build_chapter(), ada)
    one, two = build_reply(first, ada), build_reply(first, ada)
    below = build_reply(one, bob)
    page = read(client, first)
    assert shown_posts(page) == [first.pk, one.pk, below.pk, two.pk]
    assert "3 replies" in page
    assert f'href="#post-{one.pk}">in reply to' in page
    assert "log in" in page
    assert "formaction" not in page
    assert f'href="/discussions/{first.thread_id}/posts/{one.pk}/"' in page


def test_the_best_reply_of_a_question_comes_first_and_the_oldest_of_a_talk(
    client: Client, ada: User, bob: User
) -> None:
    for kind in (Thread.Kind.QUESTION, Thread.Kind.DISCUSSION):
        first = build_thread(build_chapter(kind), ada, kind=kind)
        one, two, three = (build_reply(first, ada) for _ in range(3))
        vote(actor=bob, post=two, value=1)
        best = [first.pk, two.pk, one.pk, three.pk]
        assert shown_posts(read(client, first, "?order=top")) == best
        assert shown_posts(read(client, first)) == (best if kind == Thread.Kind.QUESTION else sorted(best))
        assert shown_posts(read(client, first, "?order=newest")) == [first.pk, three.pk, two.pk, one.pk]


@pytest.mark.parametrize("order", ["top", "newest", "oldest", "active"])
def test_pages_reach_every_branch_once(client: Client, ada: User, order: str) -> None:
    first = build_thread(build_chapter(), ada)
    made = {build_reply(first, ada).pk for _ in range(2 * BRANCHES + 1)}
    seen: list[int] = []
    query = f"?order={order}"
    while query:
        page = read(client, first, query)
        seen += shown_posts(page)
        more = re.search(r'href="/discussions/\d+/(\?[^"]+)">More replies', page)
        query = more[1].replace("&amp;", "&") if more else ""
    assert seen[0] == first.pk
    assert (len(seen[1:]), set(seen[1:])) == (len(made), made)


def test_what_a_branch_does_not_show_is_counted_and_fetched(client: Client, ada: User) -> None:
    first = build_thread(build_chapter(), ada)
    root = build_reply(first, ada)
    below = [build_reply(root, ada).pk for _ in range(BELOW + 12)]
    build_reply(first, ada)
    page = read(client, first)
    assert "Show 12 more replies" in page
    start = re.search(r'hx-get="[^"]*(\?from=\d+)"', page)
    assert start
    part = read(client, first, start[1], **{"HX-Request": "true"})
    assert shown_posts(part) == below[BELOW:]
    assert "<html" not in part
    whole = read(client, first, start[1])
    assert shown_posts(whole)[:12] == below[BELOW:]
    assert "begins in the middle" in whole


def test_a_permalink_leads_to_the_page_of_its_post_wherever_it_stands(client: Client, ada: User) -> None:
    first = build_thread(build_chapter(), ada)
    one = build_reply(first, ada)
    link = f"/discussions/{first.thread_id}/posts/{one.pk}/"
    assert client.get(link).headers["Location"] == f"{path_of(first.thread)}#post-{one.pk}"
    for _ in range(BELOW):
        build_reply(first, ada)
    page = f"{path_of(first.thread)}?from={one.pk}"
    assert client.get(link).headers["Location"] == f"{page}#post-{one.pk}"
    assert shown_posts(client.get(page).content.decode())[0] == one.pk
    assert client.get(f"/discussions/999/posts/{one.pk}/").headers["Location"] == f"{page}#post-{one.pk}"
    assert client.get(f"/discussions/{first.thread_id}/posts/999999999/").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "from=x",
        "from=0",
        "from=99999999999999999999",
        "from=1",
        "order=x",
        "order=top&after=x",
        "order=newest&after=1~9%00",
    ],
)
def test_a_page_that_is_not_there_is_not_found(client: Client, ada: User, query: str) -> None:
    first = build_thread(build_chapter(), ada)
    assert client.get(f"{path_of(first.thread)}?{query}").status_code == 404


def test_a_post_of_another_thread_begins_no_page(client: Client, ada: User) -> None:
    chapter = build_chapter()
    here, there = build_thread(chapter, ada), build_thread(chapter, ada)
    assert client.get(f"{path_of(here.thread)}?from={there.pk}").status_code == 404


def test_threads_that_one_may_not_know_of_are_not_found(client: Client, ada: User, bob: User) -> None:
    gone, hidden = (build_thread(build_chapter(name), ada) for name in ("one", "two"))
    gone.thread.chapter.live = None
    gone.thread.chapter.save()
    Thread.objects.filter(pk=hidden.thread_id).update(state=Thread.State.HIDDEN)
    client.force_login(bob)
    for address in ("", "news/?since=0", "people/", f"posts/{hidden.pk}/", f"posts/{hidden.pk}/history/"):
        assert client.get(f"{path_of(hidden.thread)}{address}").status_code == 404
    assert client.get(path_of(gone.thread)).status_code == 404
    assert client.get("/discussions/99999999999999999999/").status_code == 404
    client.force_login(ada)
    assert "others do not see it" in read(client, hidden)


@pytest.mark.parametrize("member", [False, True])
def test_the_page_costs_the_same_for_one_reply_and_for_fifty(
    client: Client, ada: User, bob: User, member: bool
) -> None:
    first = build_thread(build_chapter(), ada)
    Post.objects.filter(pk=build_reply(first, ada).pk).update(ups=1)
    if member:
        client.force_login(bob)
        mark_read(actor=bob, thread=first.thread, last_post_id=first.pk)
    costs = []
    for count in (0, 49):
        for number in range(count):
            build_reply(first, build_person(f"{number}@example.org", f"P{number}"))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            read(client, first)
        costs.append(len(queries))
    assert costs[0] == costs[1] <= (15 if member else 6)


def test_authors_come_with_what_they_are_here(client: Client, ada: User, bob: User) -> None:
    first = build_thread(build_chapter(), ada)
    cara, dan = build_person("c@example.org", "Cara"), build_person("d@example.org", "Dan")
    grant(actor=None, person=bob, role=Role.EDITOR)
    charge(actor=None, person=cara, course=first.thread.chapter.course)
    posts = {name: build_reply(first, person) for name, person in {"editor": bob, "moderator": cara, "": dan}.items()}
    page = read(client, first)
    assert '<span class="tag">asked</span>' in find_post(page, first)
    for title, post in posts.items():
        assert re.findall(r'<span class="tag">(\w+)</span>', find_post(page, post)) == ([title] if title else [])


def test_a_deleted_account_is_a_former_member(client: Client, ada: User) -> None:
    first = build_thread(build_chapter(), ada)
    ada.delete()
    page = read(client, first)
    assert "former member" in page
    assert "Ada" not in page


def test_a_deleted_post_leaves_its_place_to_its_replies_and_none_without(client: Client, ada: User, bob: User) -> None:
    first = build_thread(build_chapter(), ada)
    answered, bare = build_reply(first, ada, "secret one"), build_reply(first, ada, "secret two")
    below = build_reply(answered, bob)
    Post.objects.filter(pk__in=[answered.pk, bare.pk]).update(state=State.DELETED)
    page = read(client, first)
    assert shown_posts(page) == [first.pk, answered.pk, below.pk]
    assert "This post has been deleted." in find_post(page, answered)
    assert "secret" not in page
    assert shown_posts(read(client, first, f"?from={bare.pk}")) == [bare.pk]


def test_whom_one_mutes_is_folded_away(client: Client, ada: User, bob: User) -> None:
    first = build_thread(build_chapter(), ada)
    theirs = build_reply(first, bob)
    mute(actor=ada, person=bob)
    client.force_login(ada)
    assert "You muted the author" in find_post(read(client, first), theirs)
    client.force_login(bob)
    assert "You muted" not in read(client, first)


def test_what_is_new_since_the_last_visit_is_marked_until_it_is_read(client: Client, ada: User, bob: User) -> None:
    first = build_thread(build_chapter(), ada)
    client.force_login(bob)
    assert "since you were here" not in read(client, first)
    assert client.post(f"{path_of(first.thread)}reading/", {"parent": first.pk}).status_code == 204
    new = [build_reply(first, ada) for _ in range(3)]
    own = build_reply(first, bob)
    page = read(client, first)
    assert "<strong>3 new</strong> since you were here" in page
    assert f'posts/{new[0].pk}/">Go to the first' in page
    assert [">new<" in find_post(page, post) for post in [first, *new, own]] == [False, True, True, True, False]
    answer = client.post(f"{path_of(first.thread)}reading/", {"parent": new[-1].pk, "back": "1"})
    assert answer.headers["Location"] == path_of(first.thread)
    assert "since you were here" not in read(client, first)
    client.post(f"{path_of(first.thread)}reading/", {"parent": first.pk})
    assert ReadMark.objects.get().last_post_id == new[-1].pk


def test_who_may_not_mark_as_read(client: Client, ada: User, bob: User) -> None:
    chapter = build_chapter()
    here, there = build_thread(chapter, ada), build_thread(chapter, ada)
    address = f"{path_of(here.thread)}reading/"
    assert client.post(address, {"parent": here.pk}).status_code == 403
    client.force_login(bob)
    assert client.get(address).status_code == 405
    for parent in (there.pk, "x", "", 2**63 - 1):
        assert client.post(address, {"parent": parent}).status_code == 404
    assert not ReadMark.objects.exists()


def test_new_posts_are_told_and_fetched(client: Client, ada: User, bob: User) -> None:
    first = build_thread(build_chapter(), ada)
    client.force_login(bob)
    address = f"{path_of(first.thread)}news/?since={first.pk}"
    answer = client.get(address)
    assert answer.json() == {"count": 0, "more": False}
    assert client.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    one, _own = build_reply(first, ada, "One"), build_reply(first, bob)
    deep = build_reply(one, ada, "Deep")
    build_reply(one, ada, "Held", note="why")
    again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.json() == {"count": 2, "more": False}
    part = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert shown_posts(part) == [one.pk, deep.pk]
    assert f'data-parent="{one.pk}"' in part
    assert "<html" not in part
    for since in ("", "x", "-1", "99999999999999999999"):
        assert client.get(f"{path_of(first.thread)}news/?since={since}").status_code == 404


def test_names_are_offered_of_those_who_take_part(client: Client, ada: User, bob: User) -> None:
    first = build_thread(build_chapter(), ada)
    build_reply(first, build_person("e@example.org", "Eve Adams"))
    build_reply(first, build_person("f@example.org", "Adrian"), note="held")
    address = f"{path_of(first.thread)}people/?q="
    assert client.get(address).status_code == 403
    client.force_login(bob)
    assert client.get(f"{address}ad").json() == {"names": ["Ada", "Eve Adams"]}
    assert client.get(f"{address}e").json() == {"names": ["Eve Adams"]}
    assert client.get(f"{address}%00%25").json() == {"names": []}
    client.force_login(ada)
    assert client.get(f"{address}ad").json() == {"names": ["Eve Adams"]}


def test_locks_and_slow_mode_are_told_before_one_writes(client: Client, ada: User, bob: User) -> None:
    first = build_thread(build_chapter(), ada, slow_seconds=600)
    build_reply(first, bob)
    client.force_login(bob)
    assert "everybody posts once in 10 minutes. You can post again in 10 minutes." in read(client, first)
    Thread.objects.update(locked_at="2026-11-01T00:00Z")
    page = read(client, first)
    assert "This thread is locked" in page
    assert "<textarea" not in page
    assert ">Reply<" not in page


def test_the_deepest_post_offers_no_reply(client: Client, ada: User) -> None:
    post = build_thread(build_chapter(), ada)
    for _ in range(MAX_DEPTH):
        post = build_reply(post, ada)
    client.force_login(ada)
    page = read(client, post)
    assert page.count("data-reply=") == MAX_DEPTH
    assert "data-reply" not in find_post(page, post)
