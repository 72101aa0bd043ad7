"""The page of results and what the palette is told: bad input, too much of it, and what it costs."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.courses.models import Course
from apps.search import finding, limits, newest

from .sites import add_section, add_term, build_chapter, build_person, build_thread

URL, GLANCE, ACTIONS = "/search/", "/search/suggestions.json", "/search/actions.json"
EVIL = "<script>alert(1)</script> <img src=x onerror=alert(2)> \"' &amp; loss </mark>{{ 7|add:7 }}"


def test_without_words_it_tells_how_to_ask(client: Client) -> None:
    page = client.get(URL).content.decode()
    assert 'name="q"' in page
    assert "How to ask" in page


def test_results_stand_in_groups_with_links_to_their_sections(client: Client) -> None:
    chapter = build_chapter()
    add_section(chapter, "Momentum", "how fast", key="momentum")
    build_thread(chapter, build_person(), title="Which momentum?")
    page = client.get(URL, {"q": "momentum"}).content.decode()
    assert page.index("Sections") < page.index("Discussions")
    assert '<a href="/courses/essentials/intro/#momentum"><mark>Momentum</mark>' in page
    assert "Essentials · 1 Intro" in page
    assert "Which <mark>momentum</mark>?" in page


def test_nothing_found_says_what_to_do(client: Client) -> None:
    page = client.get(URL, {"q": "xyzzy"}).content.decode()
    assert "Nothing was found for <strong>xyzzy</strong>" in page
    assert "Check the spelling" in page


def test_nothing_found_offers_what_comes_nearest_and_the_glossaries(client: Client) -> None:
    add_section(build_chapter(), "Gradient descent")
    page = client.get(URL, {"q": "gradual descent"}).content.decode()
    assert '<a href="?q=gradient">gradient</a>, <a href="?q=descent">descent</a>' in page
    assert '<a href="/courses/essentials/glossary/">Essentials</a>' in page
    page = client.get(URL, {"q": "xyzzy", "course": "essentials"}).content.decode()
    assert '<a href="/courses/essentials/glossary/">the glossary of Essentials</a>' in page
    assert "The chapters know" not in page


def test_a_correction_is_said_aloud_and_a_doubt_is_offered(client: Client) -> None:
    chapter = build_chapter()
    add_section(chapter, "Gradient")
    page = client.get(URL, {"q": "gradiant"}).content.decode()
    assert "Showing results for <strong>gradient</strong>" in page
    assert "Nothing was found for “gradiant”" in page
    build_thread(chapter, build_person(), title="gradiant")
    page = client.get(URL, {"q": "gradiant"}).content.decode()
    assert 'Did you mean <a href="?q=gradient">gradient</a>?' in page


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ({"q": "x" * 201}, 400, "200 characters long"),
        ({"q": "a\0b"}, 400, "Type words"),
        ({"q": "a", "kind": "user"}, 400, "no such kind"),
        ({"q": "a", "course": "none"}, 400, "no such course"),
        ({"q": "a", "course": "\0"}, 400, "Null characters"),
        ({"q": "a", "kind": "section", "page": "0"}, 400, "no such page"),
        ({"q": "a", "kind": "section", "page": "x"}, 400, "no such page"),
        ({"q": "a", "kind": "section", "page": "11"}, 400, "first 10 pages"),
        ({"q": "a", "kind": "section", "page": "9" * 30}, 400, "first 10 pages"),
        ({"q": "momentum", "kind": "section", "page": "2"}, 404, "nothing at this address"),
        ({"q": "-"}, 200, "at least one letter"),
        ({"q": "-momentum"}, 200, "what to look for"),
        ({"q": "a " * 17}, 200, "more than 16 words"),
        ({"q": "\ud800 \x02\x1f"}, 200, ""),
        ({"q": "…\u202e\u200d"}, 200, "at least one letter"),
    ],
)
def test_bad_input_is_answered_in_words(client: Client, query: dict[str, str], status: int, words: str) -> None:
    add_section(build_chapter(), "Momentum")
    answer = client.get(URL, {name: value.encode(errors="surrogatepass") for name, value in query.items()})
    assert answer.status_code == status
    assert words in answer.content.decode()


@pytest.mark.parametrize(
    ("query", "status"), [("x" * 201, 400), ("a\0", 400), ("", 200), ("-", 200), ("momentum", 200), ("momentun ", 200)]
)
def test_the_palette_is_always_told_something(client: Client, query: str, status: int) -> None:
    add_section(build_chapter(), "Momentum")
    answer = client.get(GLANCE, {"q": query})
    assert answer.status_code == status
    said = answer.json()
    assert said.get("error") or [each["label"] for each in said["groups"]] == ["Sections"]


def test_only_reading_is_offered(client: Client) -> None:
    assert [client.post(url).status_code for url in (URL, GLANCE, ACTIONS)] == [405, 405, 405]


def test_a_course_or_a_kind_may_be_chosen(client: Client) -> None:
    chapter = build_chapter()
    add_section(chapter, "Momentum")
    add_term(chapter, "Momentum")
    other = Course.objects.create(slug="other", title="Other")
    page = client.get(URL, {"q": "momentum", "kind": "term"}).content.decode()
    assert "found-term" in page
    assert "found-section" not in page
    assert 'href="?q=momentum"' in page
    page = client.get(URL, {"q": "momentum", "course": other.slug}).content.decode()
    assert "in Other" in page
    assert '<option value="other" selected>' in page


def test_pages_lead_to_one_another(client: Client) -> None:
    chapter = build_chapter()
    for number in range(45):
        add_section(chapter, f"Momentum {number}")
    page = client.get(URL, {"q": "momentum", "kind": "section", "page": "2"}).content.decode()
    assert 'rel="prev" href="?q=momentum&amp;kind=section"' in page
    assert 'rel="next" href="?q=momentum&amp;kind=section&amp;page=3"' in page
    assert 'start="21"' in page
    assert "Page 2 of 3" in page


def test_nothing_of_a_text_is_read_as_markup(client: Client) -> None:
    chapter = build_chapter()
    add_section(chapter, EVIL, EVIL)
    build_thread(chapter, build_person(), title="A loss <svg onload=alert(3)>", body=f"`{EVIL}` loss")
    page = client.get(URL, {"q": "loss or <script>alert(1)</script>"}).content.decode().split("<main")[1]
    for tag in ("<script", "<img", "<svg", "</mark>{{", "&amp;amp;lt;"):
        assert tag not in page
    assert "&lt;script&gt;" in page
    assert "<mark>loss</mark>" in page
    glance = client.get(GLANCE, {"q": "loss"})
    assert glance.headers["Content-Type"] == "application/json"
    pieces = glance.json()["groups"][0]["results"][0]["title"]
    assert "".join(text for text, _ in pieces) == EVIL
    assert ["loss", True] in pieces


@pytest.mark.parametrize("rows", [1, 10])
def test_more_results_ask_no_more_of_the_database(
    client: Client, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    chapter, ada = build_chapter(), build_person()
    for number in range(rows):
        add_section(chapter, f"Momentum {number}")
        add_term(chapter, f"Momentum term {number}")
        build_thread(chapter, ada, title=f"Momentum thread {number}", body="momentum")
    # Five ways to look and what these need to know, three kinds to show, what is marked, the courses; and eight that limit
    # the time of it all and of the discussions, as two parts of a transaction.
    with django_assert_num_queries(21):
        client.get(URL, {"q": "momentum"})


def test_who_searches_too_often_is_asked_to_wait(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_SEARCHES", 2)
    assert [client.get(URL, {"q": "a"}).status_code for _ in range(3)] == [200, 200, 429]
    refused = client.get(GLANCE, {"q": "a"})
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert "Wait a moment" in refused.json()["error"]
    assert client.get(URL).status_code == 200
    client.force_login(build_person())
    assert client.get(URL, {"q": "a"}).status_code == 200


def test_a_search_that_takes_too_long_is_given_up(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    chapter = build_chapter()
    for number in range(30):
        add_section(chapter, f"Momentum {number}", " ".join(f"word{place} momentum" for place in range(2_000)))
    monkeypatch.setattr(finding, "TIMEOUT_MS", 1)
    answer = client.get(URL, {"q": "momentum"})
    assert answer.status_code == 503
    assert "took too long" in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]


def test_what_is_older_is_left_out_rather_than_everything(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    chapter, ada = build_chapter(), build_person()
    for number in range(40):
        build_thread(chapter, ada, title=f"Thread {number}", body="momentum")

    def look_up(*_: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 1")
            cursor.execute("SELECT pg_sleep(60)")

    monkeypatch.setattr(newest, "WALK", 2)
    monkeypatch.setattr(newest.Newest, "_look_up", look_up)
    page = client.get(URL, {"q": "momentum"}).content.decode()
    assert "Only the newest were looked through" in page
    assert "Thread 39" in page
    assert "Thread 1<" not in page


def test_results_are_kept_for_nobody_else(client: Client) -> None:
    assert "private" in client.get(URL, {"q": "a"}).headers["Cache-Control"]
    assert "private" in client.get(GLANCE, {"q": "a"}).headers["Cache-Control"]
    assert "no-store" in client.get(ACTIONS).headers["Cache-Control"]


def test_actions_are_the_viewer_s_own(client: Client) -> None:
    def titles() -> list[str]:
        return [each["title"][0][0] for each in json.loads(client.get(ACTIONS).content)["actions"]]

    assert titles() == ["All courses", "The lab"]
    client.force_login(build_person())
    assert titles() == ["All courses", "Your runs", "The lab"]
