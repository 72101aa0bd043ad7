from __future__ import annotations

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.discussions.models import MAX_DEPTH, Post
from apps.discussions.reading import POSTS

from .talks import build_chapter, build_person, build_reply, build_thread, fill_reply_form, path_of

pytestmark = pytest.mark.django_db


def shown_posts(html: str) -> list[int]:
    return [int(found) for found in re.findall(r'<li class="post" id="post-(\d+)"', html)]


def test_visitors_read_the_tree_and_are_asked_to_join(client: Client) -> None:
    ada = build_person()
    first = build_thread(build_chapter(), ada)
    one = build_reply(first, ada)
    two = build_reply(first, ada)
    below = build_reply(one, build_person("bob@example.org", "Bob"))
    page = client.get(path_of(first.thread)).content.decode()
    assert shown_posts(page) == [first.pk, one.pk, below.pk, two.pk]
    assert "3 replies" in page
    assert f'href="#post-{one.pk}">in reply to' in page
    assert "log in" in page
    assert "<form" not in page.split("<main")[1]


def test_every_post_has_a_link(client: Client) -> None:
    first = build_thread(build_chapter(), build_person())
    page = client.get(path_of(first.thread)).content.decode()
    assert f'href="/discussions/{first.thread_id}/#post-{first.pk}"' in page


def test_a_deleted_account_is_a_former_member(client: Client) -> None:
    ada = build_person()
    first = build_thread(build_chapter(), ada)
    ada.delete()
    page = client.get(path_of(first.thread)).content.decode()
    assert "former member" in page
    assert "Ada" not in page


def test_a_thread_that_is_not_there_is_not_found(client: Client) -> None:
    assert client.get("/discussions/1/").status_code == 404
    assert client.get("/discussions/99999999999999999999/").status_code == 404


def test_a_thread_goes_with_its_chapter(client: Client) -> None:
    chapter = build_chapter()
    first = build_thread(chapter, build_person())
    chapter.live = None
    chapter.save()
    assert client.get(path_of(first.thread)).status_code == 404


def test_pages_reach_every_post_once(client: Client) -> None:
    ada = build_person()
    first = build_thread(build_chapter(), ada)
    made = [first.pk, *(build_reply(first, ada).pk for _ in range(2 * POSTS))]
    seen: list[int] = []
    query = ""
    while len(seen) < len(made):
        page = client.get(path_of(first.thread) + query)
        seen += shown_posts(page.content.decode())
        following = page.context["page"].next
        query = f"?from={following.pk}" if following else "stop"
    assert seen == made
    link = client.get(path_of(first.thread) + f"?from={made[-1]}").content.decode()
    assert shown_posts(link) == made[-1:]
    assert "Show the thread from its beginning" in link


@pytest.mark.parametrize("start", ["x", "0", "99999999999999999999", "1"])
def test_a_start_in_no_post_of_this_thread_is_not_found(client: Client, start: str) -> None:
    ada, chapter = build_person(), build_chapter()
    here, there = build_thread(chapter, ada), build_thread(chapter, ada)
    assert client.get(path_of(here.thread) + f"?from={start}").status_code == 404
    assert client.get(path_of(here.thread) + f"?from={there.pk}").status_code == 404


@pytest.mark.parametrize("count", [1, 10])
def test_the_page_costs_the_same_for_one_post_and_for_ten(
    client: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ada = build_person()
    first = build_thread(build_chapter(), ada)
    for _ in range(count):
        build_reply(first, ada)
    with django_assert_num_queries(2):  # the thread with its chapter, its posts with their authors
        client.get(path_of(first.thread))


def test_a_student_replies(client: Client) -> None:
    first = build_thread(build_chapter(), build_person())
    client.force_login(build_person("bob@example.org", "Bob"))
    answer = client.post(f"{path_of(first.thread)}posts/", fill_reply_form(first, body="**Because**"))
    post = Post.objects.exclude(parent=None).get()
    assert answer.headers["Location"] == f"{path_of(first.thread)}#post-{post.pk}"
    assert (post.parent, post.depth, post.html) == (first, 1, "<p><strong>Because</strong></p>\n")
    page = client.get(path_of(first.thread)).content.decode()
    assert page.count('name="client_token"') == 2


def test_a_double_click_makes_one_reply(client: Client) -> None:
    first = build_thread(build_chapter(), build_person())
    client.force_login(build_person("bob@example.org", "Bob"))
    form = fill_reply_form(first)
    answers = {client.post(f"{path_of(first.thread)}posts/", form).headers["Location"] for _ in range(2)}
    assert len(answers) == 1
    assert Post.objects.count() == 2


def test_a_reply_across_threads_is_refused(client: Client) -> None:
    ada, chapter = build_person(), build_chapter()
    here, there = build_thread(chapter, ada), build_thread(chapter, ada)
    client.force_login(ada)
    assert client.post(f"{path_of(here.thread)}posts/", fill_reply_form(there)).status_code == 404
    assert Post.objects.count() == 2


@pytest.mark.parametrize("parent", ["", "x", "-1", "99999999999999999999"])
def test_a_reply_to_nothing_is_refused(client: Client, parent: str) -> None:
    first = build_thread(build_chapter(), build_person())
    client.force_login(build_person("bob@example.org", "Bob"))
    answer = client.post(f"{path_of(first.thread)}posts/", fill_reply_form(first) | {"parent": parent})
    assert answer.status_code == 404


def test_a_refused_reply_keeps_its_text(client: Client) -> None:
    first = build_thread(build_chapter(), build_person())
    client.force_login(build_person("bob@example.org", "Bob"))
    text = "</textarea>" + "x" * 20_000
    answer = client.post(f"{path_of(first.thread)}posts/", fill_reply_form(first, body=text))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "at most 20,000 fit" in page
    assert "&lt;/textarea&gt;" + "x" * 20_000 in page
    assert Post.objects.count() == 1


def test_the_deepest_post_takes_no_reply(client: Client) -> None:
    ada = build_person()
    post = build_thread(build_chapter(), ada)
    for _ in range(MAX_DEPTH):
        post = build_reply(post, ada)
    client.force_login(ada)
    page = client.get(path_of(post.thread)).content.decode()
    assert page.count("<summary>Reply</summary>") == MAX_DEPTH
    answer = client.post(f"{path_of(post.thread)}posts/", fill_reply_form(post, body="Deeper"))
    assert answer.status_code == 422
    assert "as deep as it may grow" in answer.content.decode()
    assert Post.objects.count() == MAX_DEPTH + 1


def test_visitors_and_closed_accounts_do_not_reply(client: Client) -> None:
    ada = build_person()
    first = build_thread(build_chapter(), ada)
    answer = client.post(f"{path_of(first.thread)}posts/", fill_reply_form(first, body="My text"))
    assert answer.status_code == 403
    assert "My text" in answer.content.decode()
    client.force_login(ada)
    ada.is_active = False
    ada.save()
    assert client.post(f"{path_of(first.thread)}posts/", fill_reply_form(first)).status_code == 403
    assert Post.objects.count() == 1


def test_a_reply_needs_the_token_of_our_page() -> None:
    ada = build_person()
    first = build_thread(build_chapter(), ada)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ada)
    assert strict.post(f"{path_of(first.thread)}posts/", fill_reply_form(first)).status_code == 403


def test_looking_at_the_address_of_replies_does_nothing(client: Client) -> None:
    first = build_thread(build_chapter(), build_person())
    assert client.get(f"{path_of(first.thread)}posts/").status_code == 405
