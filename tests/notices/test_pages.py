"""The list of notices, by HTTP."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.notices.models import Kind, Notice
from apps.notices.reading import ON_A_PAGE, count_unread
from tests.conduct.people import build_person
from tests.notices.builders import build_question, say, write

pytestmark = pytest.mark.django_db

PAGE = "/notices/"


def log_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.mark.parametrize("path", [PAGE, "/notices/wishes/"])
def test_a_visitor_is_asked_to_log_in(client: Client, path: str) -> None:
    assert client.get(path).headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("path", ["readings/", "1/readings/", "1/openings/"])
def test_a_visitor_marks_nothing(client: Client, path: str) -> None:
    assert client.post(PAGE + path).headers["Location"].startswith("/accounts/login/")
    assert client.get(PAGE + path).status_code in (302, 405)


def test_nobody_opens_what_others_are_told() -> None:
    notice = say(build_person("Ada"))
    client = log_in(build_person("Bob"))
    for path in ("readings/", "openings/"):
        assert client.post(f"{PAGE}{notice.pk}/{path}").status_code == 404
    client.post(f"{PAGE}readings/", {"up_to": notice.pk})
    notice.refresh_from_db()
    assert notice.read_at is None


def test_what_belongs_together_is_one_line_which_opens_where_one_reads_on() -> None:
    ada = build_person("Ada")
    question = build_question(ada)
    first, *_ = [write(question, build_person(name)) for name in ("Bob", "Cy", "Dee")]
    client = log_in(ada)
    page = client.get(PAGE).content.decode()
    assert "Dee and 2 others answered you in “Why 10?”" in page
    assert page.count('class="told"') == 1
    newest = Notice.objects.latest("id")
    answer = client.post(f"{PAGE}{newest.pk}/openings/")
    assert answer.headers["Location"].endswith(f"/posts/{first.pk}/")
    assert count_unread(ada) == 0
    assert client.post(f"{PAGE}{newest.pk}/openings/").headers["Location"].endswith(f"/posts/{newest.event[5:]}/")


def test_one_matter_is_read_without_the_others_and_all_of_them_at_once() -> None:
    ada = build_person("Ada")
    mine, other, later = say(ada), say(ada, "thing:2", group="thread:2"), say(ada, "thing:3")
    client = log_in(ada)
    client.post(f"{PAGE}{mine.pk}/readings/")
    assert {notice.pk for notice in Notice.objects.filter(read_at=None)} == {other.pk, later.pk}
    client.post(f"{PAGE}readings/", {"up_to": other.pk})
    assert Notice.objects.get(read_at=None) == later, "what came while the page was read stays new"
    for bad in ("", "x", "-1", "9" * 30):
        assert client.post(f"{PAGE}readings/", {"up_to": bad}).status_code == 302
    assert count_unread(ada) == 1


def test_reading_the_list_changes_nothing() -> None:
    ada = build_person("Ada")
    say(ada)
    client = log_in(ada)
    assert client.get(PAGE).status_code == client.head(PAGE).status_code == 200
    assert count_unread(ada) == 1


def test_pages_lead_to_the_oldest_and_a_broken_cursor_is_told() -> None:
    ada = build_person("Ada")
    for number in range(ON_A_PAGE + 1):
        say(ada, f"thing:{number}", group=f"thread:{number}")
    client = log_in(ada)
    page = client.get(PAGE)
    assert page.content.decode().count('class="told"') == ON_A_PAGE
    following = client.get(PAGE, {"before": page.context["page"].before}).content.decode()
    assert following.count('class="told"') == 1
    assert "Older notices" not in following
    for bad in ("x", "0", "9" * 30):
        assert client.get(PAGE, {"before": bad}).status_code == 404


@pytest.mark.parametrize("count", [1, 10])
def test_the_list_costs_the_same_for_one_and_ten(count: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    ada = build_person("Ada")
    question = build_question(ada)
    for number in range(count):
        write(question, build_person(f"P{number}"))
    client = log_in(ada)
    # Who asks: two; the notices, their posts, who is muted; the same of the unread ones.
    with django_assert_num_queries(8):
        client.get(PAGE)


def test_titles_and_names_are_shown_as_written() -> None:
    ada, eve = build_person("Ada"), build_person("Eve")
    User.objects.filter(pk=eve.pk).update(name="<img src=x onerror=alert(1)>")
    Notice.objects.all().delete()
    question = build_question(ada)
    question.thread.title = "<script>alert(1)</script>"
    question.thread.save()
    write(question, User.objects.get(pk=eve.pk), "<svg onload=alert(1)>")
    page = log_in(ada).get(PAGE).content.decode()
    for bad in ("<img src=x", "<script>alert", "<svg onload"):
        assert bad not in page
    assert "&lt;svg onload" in page


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_its_sentence(kind: Kind) -> None:
    ada = build_person("Ada")
    say(ada, kind=kind)
    assert "Why 10?" in log_in(ada).get(PAGE).content.decode()
