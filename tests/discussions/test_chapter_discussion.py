from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.discussions.lists import PAGE as THREADS
from apps.discussions.models import Post, Thread

from .talks import DISCUSSION, build_chapter, build_person, build_thread, fill_thread_form

pytestmark = pytest.mark.django_db


def read(client: Client, query: str = "", **headers: str) -> str:
    answer = client.get(f"{DISCUSSION}{query}", headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_visitors_read_and_are_asked_to_join(client: Client) -> None:
    build_thread(build_chapter(), build_person())
    page = read(client)
    assert "Why 10?" in page
    assert "Ada" in page
    assert "0 replies" in page
    assert "/accounts/login/?next=%2Fcourses%2Fessentials%2Fintro%2F%23discussion" in page
    assert "<textarea" not in page


def test_an_empty_discussion_invites(client: Client) -> None:
    build_chapter()
    assert "No questions yet" in read(client)


def test_the_fragment_is_a_part_of_the_page(client: Client) -> None:
    build_thread(build_chapter(), build_person())
    fragment = read(client, **{"HX-Request": "true"})
    assert fragment.strip() in read(client)
    assert "<html" not in fragment
    assert 'id="discussion-title"' in fragment


@pytest.mark.parametrize("path", ["/courses/essentials/none/discussion/", "/courses/none/intro/discussion/"])
def test_what_is_not_there_is_not_found(client: Client, path: str) -> None:
    build_chapter()
    assert client.get(path).status_code == 404


def test_a_chapter_that_is_only_announced_has_no_discussion(client: Client) -> None:
    build_chapter(live=False)
    assert client.get(DISCUSSION).status_code == 404


def test_threads_of_other_chapters_are_not_shown(client: Client) -> None:
    build_chapter()
    build_thread(build_chapter("other"), build_person(), title="Elsewhere")
    assert "Elsewhere" not in read(client)


@pytest.mark.parametrize("sort", ["newest", "oldest"])
def test_pages_reach_every_thread_once(client: Client, sort: str) -> None:
    chapter, ada = build_chapter(), build_person()
    made = [build_thread(chapter, ada).thread_id for _ in range(2 * THREADS + 1)]
    assert [thread for page in walk(client, sort) for thread in page] == (made if sort == "oldest" else made[::-1])


def test_a_new_thread_moves_no_page(client: Client) -> None:
    chapter, ada = build_chapter(), build_person()
    made = [build_thread(chapter, ada).thread_id for _ in range(2 * THREADS)]
    pages = walk(client, "newest")
    seen = next(pages)
    build_thread(chapter, ada)
    assert seen + next(pages) == made[::-1]


def walk(client: Client, sort: str) -> Iterator[list[int]]:
    """The ids of the threads of one page after another."""
    query = f"?sort={sort}"
    while query:
        page = client.get(DISCUSSION + query).context["page"]
        yield [thread.pk for thread in page.threads]
        query = f"?sort={sort}&after={page.next}" if page.next else ""


@pytest.mark.parametrize("query", ["?sort=best", "?after=x", "?after=-1", "?after=99999999999999999999", "?sort=%00"])
def test_a_mangled_page_is_not_found(client: Client, query: str) -> None:
    build_chapter()
    assert client.get(DISCUSSION + query).status_code == 404


@pytest.mark.parametrize("count", [1, 10])
def test_the_page_costs_the_same_for_one_thread_and_for_ten(
    client: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    chapter, ada = build_chapter(), build_person()
    for _ in range(count):
        build_thread(chapter, ada)
    with django_assert_num_queries(4):  # the chapter, what is pinned, its threads with their authors, their votes
        read(client)


def test_a_student_opens_a_thread(client: Client) -> None:
    build_chapter()
    client.force_login(build_person())
    answer = client.post(DISCUSSION, fill_thread_form(title=" Why\t10? "))
    thread = Thread.objects.get()
    assert thread.title == "Why 10?"
    assert answer.headers["Location"] == f"/discussions/{thread.pk}/#post-{Post.objects.get().pk}"


def test_a_double_click_opens_one_thread(client: Client) -> None:
    build_chapter()
    client.force_login(build_person())
    form = fill_thread_form()
    answers = {client.post(DISCUSSION, form).headers["Location"] for _ in range(2)}
    assert len(answers) == 1
    assert Thread.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"title": " "}, "Give it a title"),
        ({"title": "x" * 161}, "at most 160"),
        ({"title": "a\u202eb"}, "letters, digits"),
        ({"body": " \n\u200b "}, "Write something first"),
        ({"body": "é" * 10_001}, "20,002 bytes long"),
        ({"body": "a\x00b"}, "Null characters"),
        ({"client_token": "nonsense"}, "send it again"),
        ({"body": "|a" * 2_000 + "\n" + "|-" * 2_000 + "\n" + "|\n" * 3_000}, "far more than it says"),
    ],
)
def test_it_says_what_is_wrong_and_keeps_the_text(client: Client, changes: dict[str, str], reason: str) -> None:
    build_chapter()
    client.force_login(build_person())
    answer = client.post(DISCUSSION, fill_thread_form(**{"body": "My long text"} | changes))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert reason in page
    assert changes.get("body", "My long text").strip().split("\x00")[0][:1000] in page
    assert not Thread.objects.exists()


def test_who_was_logged_out_gets_the_text_back(client: Client) -> None:
    build_chapter()
    answer = client.post(DISCUSSION, fill_thread_form(body="My long </textarea> text"))
    assert answer.status_code == 403
    assert "My long &lt;/textarea&gt; text" in answer.content.decode()
    assert not Thread.objects.exists()


def test_a_title_is_text(client: Client) -> None:
    first = build_thread(build_chapter(), build_person(name="<i>Ada"), title='<script>alert("1")</script>')
    for page in (read(client), client.get(f"/discussions/{first.thread_id}/").content.decode()):
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page
        assert "<i>Ada" not in page
