"""What people do with posts by their pages: answer, vote, accept, change, delete; and who may not."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import Role, User
from apps.accounts.roles import grant
from apps.conduct.models import Act
from apps.discussions.editing import edit
from apps.discussions.models import MAX_DEPTH, Edit, Post, State, Thread, Vote

from .talks import build_chapter, build_person, build_reply, build_thread, fill_reply_form, path_of

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


@pytest.fixture
def ada() -> User:
    return build_person()


@pytest.fixture
def bob() -> User:
    return build_person("bob@example.org", "Bob")


@pytest.fixture
def first(ada: User) -> Post:
    return build_thread(build_chapter(), ada)


def address_of(post: Post, what: str = "") -> str:
    return f"{path_of(post.thread)}posts/{post.pk}/{what}"


def send_reply(client: Client, to: Post, **changes: Any) -> Any:
    return client.post(f"{path_of(to.thread)}posts/", fill_reply_form(to) | changes)


def test_a_student_replies(client: Client, first: Post, bob: User) -> None:
    client.force_login(bob)
    answer = send_reply(client, first, body="**Because**", typed_s="12.5")
    post = Post.objects.exclude(parent=None).get()
    assert answer.headers["Location"] == f"{path_of(first.thread)}#post-{post.pk}"
    assert (post.parent, post.depth, post.html) == (first, 1, "<p><strong>Because</strong></p>\n")
    page = client.get(path_of(first.thread)).content.decode()
    assert f'data-token="{post.client_token}"' in page  # by which a browser knows that its draft has arrived
    assert str(first.client_token) not in page


def test_a_double_click_makes_one_reply(client: Client, first: Post, bob: User) -> None:
    client.force_login(bob)
    token = uuid.uuid4()
    assert len({send_reply(client, first, client_token=token).headers["Location"] for _ in range(2)}) == 1
    assert Post.objects.count() == 2


def test_a_first_post_in_no_time_is_held_and_its_author_told(client: Client, first: Post, bob: User) -> None:
    client.force_login(bob)
    answer = client.post(f"{path_of(first.thread)}posts/", fill_reply_form(first, typed_s="0.4"), follow=True)
    assert Post.objects.get(author=bob).state == State.HELD
    assert "A moderator reads your post" in answer.content.decode()
    assert "waits for a moderator" in answer.content.decode()


@pytest.mark.parametrize("typed", ["nan", "-1", "x", "inf"])
def test_no_time_is_made_up(client: Client, first: Post, bob: User, typed: str) -> None:
    client.force_login(bob)
    assert send_reply(client, first, typed_s=typed).status_code == 422


@pytest.mark.parametrize("parent", ["", "x", "-1", "99999999999999999999"])
def test_a_reply_to_nothing_is_refused(client: Client, first: Post, bob: User, parent: str) -> None:
    client.force_login(bob)
    assert send_reply(client, first, parent=parent).status_code == 404


def test_a_reply_across_threads_is_refused(client: Client, first: Post, ada: User) -> None:
    there = build_thread(first.thread.chapter, ada)
    client.force_login(ada)
    assert send_reply(client, first, parent=there.pk).status_code == 404
    assert Post.objects.count() == 2


def test_a_refused_reply_keeps_its_text_and_token(client: Client, first: Post, bob: User) -> None:
    client.force_login(bob)
    text, token = "</textarea>" + "x" * 20_000, uuid.uuid4()
    answer = send_reply(client, first, body=text, client_token=token)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "at most 20,000 fit" in page
    assert "&lt;/textarea&gt;" + "x" * 20_000 in page
    assert str(token) in page
    assert first.html in page
    assert Post.objects.count() == 1


def test_who_has_to_wait_is_told_how_long_and_keeps_the_text(client: Client, first: Post, bob: User) -> None:
    Thread.objects.update(slow_seconds=600)
    build_reply(first, bob)
    client.force_login(bob)
    answer = send_reply(client, first, body="Once more")
    assert answer.status_code == 429
    assert "again in 10 minutes" in answer.content.decode()
    assert "Once more</textarea>" in answer.content.decode()


def test_the_deepest_post_takes_no_reply(client: Client, first: Post, ada: User) -> None:
    post = first
    for _ in range(MAX_DEPTH):
        post = build_reply(post, ada)
    client.force_login(ada)
    answer = send_reply(client, post, body="Deeper")
    assert answer.status_code == 409
    assert "as deep as it may grow" in answer.content.decode()
    assert Post.objects.count() == MAX_DEPTH + 1


def test_a_preview_shows_the_text_and_posts_nothing(client: Client, first: Post, bob: User) -> None:
    client.force_login(bob)
    form = fill_reply_form(first, body="**bold** <script>x</script>")
    for page in (
        client.post(f"{path_of(first.thread)}posts/", form | {"preview": "1"}).content.decode(),
        client.post("/discussions/preview/", form).content.decode(),
    ):
        assert "<strong>bold</strong> &lt;script&gt;" in page
    assert (
        "**bold** &lt;script&gt;"
        in client.post(f"{path_of(first.thread)}posts/", form | {"preview": "1"}).content.decode()
    )
    assert client.post("/discussions/preview/", {"body": " "}).status_code == 422
    assert Post.objects.count() == 1
    client.logout()
    assert client.post("/discussions/preview/", form).status_code == 403


def test_the_form_for_a_reply_works_without_scripts(client: Client, first: Post, bob: User) -> None:
    assert client.get(address_of(first, "reply/")).status_code == 403
    client.force_login(bob)
    page = client.get(address_of(first, "reply/")).content.decode()
    assert f'name="parent" value="{first.pk}"' in page
    assert first.html in page


def test_a_vote_is_counted_changed_and_taken_back(client: Client, first: Post, bob: User) -> None:
    client.force_login(bob)
    tallies = [
        client.post(address_of(first, "vote/"), {"value": value}, headers=JSON).json() for value in (1, -1, -1, 0)
    ]
    assert [(each["ups"], each["downs"]) for each in tallies] == [(1, 0), (0, 1), (0, 1), (0, 0)]
    answer = client.post(address_of(first, "vote/"), {"value": 1})
    assert answer.headers["Location"] == f"{path_of(first.thread)}#post-{first.pk}"
    page = client.get(path_of(first.thread)).content.decode()
    assert re.search(r'value="0" data-vote="1" aria-pressed="true"', page)
    for value in ("2", "x", ""):
        assert client.post(address_of(first, "vote/"), {"value": value}).status_code == 400


def test_the_asker_accepts_and_takes_it_back(client: Client, first: Post, ada: User, bob: User) -> None:
    one, two = build_reply(first, bob), build_reply(first, bob)
    client.force_login(ada)
    for post in (one, two):
        client.post(address_of(post, "acceptance/"), {"accepted": "1"})
    page = client.get(path_of(first.thread)).content.decode()
    assert page.count("Accepted answer") == 1
    assert f'href="/discussions/{first.thread_id}/posts/{two.pk}/">Go to the answer' in page
    assert page.index(f'id="post-{one.pk}"') < page.index(f'id="post-{two.pk}"')
    client.post(address_of(two, "acceptance/"), {"accepted": "0"})
    assert Thread.objects.get().accepted is None
    assert client.post(address_of(two, "acceptance/"), {"accepted": "x"}).status_code == 400
    assert client.post(address_of(first, "acceptance/"), {"accepted": "1"}).status_code == 409


def test_an_edit_keeps_what_was_and_says_why(client: Client, first: Post, ada: User) -> None:
    client.force_login(ada)
    page = client.get(address_of(first, "edit/")).content.decode()
    assert "It is not 9.</textarea>" in page
    answer = client.post(address_of(first, "edit/"), fill_edit(page, body="It is 8.", reason="Counted"))
    assert answer.headers["Location"] == f"{path_of(first.thread)}#post-{first.pk}"
    client.logout()
    assert "changed <time" in client.get(path_of(first.thread)).content.decode()
    history = client.get(address_of(first, "history/")).content.decode()
    assert "Counted" in history
    assert "<del>not " in history
    assert client.get(address_of(first, "history/?change=999999999")).status_code == 404
    assert client.get(address_of(first, "history/?change=x")).status_code == 404


def test_an_edit_of_a_text_that_changed_meanwhile_overwrites_nothing(client: Client, first: Post, ada: User) -> None:
    client.force_login(ada)
    page = client.get(address_of(first, "edit/")).content.decode()
    edit(actor=ada, post=first, body="From another tab")
    answer = client.post(address_of(first, "edit/"), fill_edit(page, body="Mine"))
    both = answer.content.decode()
    assert answer.status_code == 409
    assert "Mine</textarea>" in both
    assert "From another tab</textarea>" in both
    assert Post.objects.get().body == "From another tab"
    assert client.post(address_of(first, "edit/"), fill_edit(both, body="Both")).status_code == 302
    assert Post.objects.get().body == "Both"
    assert Edit.objects.count() == 2


def fill_edit(page: str, **changes: str) -> dict[str, str]:
    version = re.search(r'name="version" value="([^"]+)"', page)
    assert version
    return {"version": version[1], "reason": ""} | changes


def test_a_moderator_changes_a_post_with_a_reason_only(client: Client, first: Post) -> None:
    mod = build_person("m@example.org", "Mod")
    grant(actor=None, person=mod, role=Role.MODERATOR)
    client.force_login(mod)
    page = client.get(address_of(first, "edit/")).content.decode()
    assert client.post(address_of(first, "edit/"), fill_edit(page, body="Tidy")).status_code == 422
    client.post(address_of(first, "edit/"), fill_edit(page, body="Tidy", reason="An address"))
    assert Act.objects.get(verb="edit").reason == "An address"


def test_what_a_moderator_took_out_is_shown_to_those_concerned_only(
    client: Client, first: Post, ada: User, bob: User
) -> None:
    mod = build_person("m@example.org", "Mod")
    grant(actor=None, person=mod, role=Role.MODERATOR)
    edit(actor=ada, post=first, body="A secret stands here.")
    edit(actor=mod, post=first, body="Nothing stands here.", reason="Tidy")
    address = address_of(first, "history/")
    for viewer, sees in ((ada, True), (mod, True), (bob, False)):
        client.force_login(viewer)
        for change in Edit.objects.filter(post=first):
            page = client.get(address, {"change": change.pk}).content.decode()
            assert ("secret" in page) == sees, (viewer, change)
            assert ("A moderator has changed this post since." in page) != sees
    edit(actor=ada, post=first, body="Nothing stands here any more.")
    client.force_login(bob)
    assert "any more" in client.get(address).content.decode()


def test_many_changes_of_a_post_are_paged(client: Client, first: Post, ada: User) -> None:
    for number in range(32):
        Edit.objects.create(post=first, body=f"Version {number}", editor=ada)
    page = client.get(address_of(first, "history/")).content.decode()
    assert page.count("?change=") == 30
    older = re.search(r'href="(\?before=\d+)"', page)
    assert older
    page = client.get(address_of(first, f"history/{older[1]}")).content.decode()
    assert page.count("?change=") == 2
    assert "<del>1</del>" in page


def test_the_author_deletes_a_post_after_being_asked(client: Client, first: Post, bob: User) -> None:
    post = build_reply(first, bob)
    client.force_login(bob)
    assert "Delete this post?" in client.get(address_of(post, "withdrawal/")).content.decode()
    assert Post.objects.get(pk=post.pk).state == State.VISIBLE
    for _ in range(2):
        answer = client.post(address_of(post, "withdrawal/"))
        assert answer.headers["Location"].startswith(path_of(first.thread))
    assert Post.objects.get(pk=post.pk).state == State.DELETED


WAYS: list[tuple[str, dict[str, str]]] = [
    ("vote/", {"value": "1"}),
    ("acceptance/", {"accepted": "1"}),
    ("edit/", {"body": "Taken over", "version": "first", "reason": "why"}),
    ("withdrawal/", {}),
]


@pytest.mark.parametrize(("way", "form"), WAYS)
def test_who_may_not(client: Client, first: Post, ada: User, bob: User, way: str, form: dict[str, str]) -> None:
    """Visitors, strangers (the author, for votes), closed accounts; in locked threads nobody; by looking, nobody."""
    post = build_reply(first, bob)
    eve = build_person("eve@example.org", "Eve")
    refused = [client.post(address_of(post, way), form)]
    client.force_login(bob if way == "vote/" else eve)
    refused += [client.post(address_of(post, way), form), client.post(address_of(post, way), form, headers=JSON)]
    assert [each.status_code for each in refused] == [403, 403, 403]
    assert refused[-1].json()["error"] in refused[-2].content.decode()
    there = build_thread(first.thread.chapter, ada)
    assert client.post(f"{path_of(there.thread)}posts/{post.pk}/{way}", form).status_code == 404
    assert client.get(address_of(post, way)).status_code in (403, 405)
    Thread.objects.update(locked_at="2026-11-01T00:00Z")
    client.force_login({"vote/": eve, "acceptance/": ada}.get(way, bob))
    if way != "withdrawal/":  # one's own can be taken back always
        assert client.post(address_of(post, way), form).status_code == 409
    post.refresh_from_db()
    assert (post.body, post.state, post.ups) == ("Because.", State.VISIBLE, 0)
    assert Thread.objects.get(pk=first.thread_id).accepted is None
    assert not Vote.objects.exists()


def test_visitors_and_closed_accounts_do_not_reply(client: Client, first: Post, ada: User) -> None:
    answer = send_reply(client, first, body="My text")
    assert answer.status_code == 403
    assert "My text" in answer.content.decode()
    client.force_login(ada)
    User.objects.update(is_active=False)
    assert send_reply(client, first).status_code == 403
    assert Post.objects.count() == 1


def test_a_post_needs_the_token_of_our_page(first: Post, ada: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ada)
    assert send_reply(strict, first).status_code == 403
    for way, form in WAYS:
        assert strict.post(address_of(first, way), form).status_code == 403


def test_looking_at_the_address_of_replies_does_nothing(client: Client, first: Post) -> None:
    assert client.get(f"{path_of(first.thread)}posts/").status_code == 405


def test_the_history_of_what_one_may_not_read_is_not_told(client: Client, first: Post, ada: User, bob: User) -> None:
    post = build_reply(first, bob, "A secret")
    edit(actor=bob, post=post, body="Another")
    Post.objects.filter(pk=post.pk).update(state=State.HIDDEN)
    client.force_login(ada)
    answer = client.get(address_of(post, "history/"))
    assert answer.status_code in (403, 409)
    assert "A secret" not in answer.content.decode()
