"""The help for those who write says what is true: it is made of the dialect itself."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from apps.accounts.models import Role
from apps.courses.dialect import check, show_directives, show_roles, vocabulary
from apps.courses.views.help import BROKEN

from .texts import build_editor

pytestmark = pytest.mark.django_db
PAGE = "/editing/help/"


def test_visitors_are_asked_to_log_in(client: Client) -> None:
    assert client.get(PAGE).headers["Location"] == f"/accounts/login/?next={PAGE}"


@pytest.mark.parametrize("role", [Role.STUDENT, Role.MODERATOR])
def test_students_and_moderators_may_not(client: Client, role: Role) -> None:
    client.force_login(build_editor("sam@example.org", role))
    assert client.get(PAGE).status_code == 403


def test_it_shows_all_that_can_be_written_as_readers_see_it(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(build_editor())
    with django_assert_num_queries(2):  # session and person
        page = client.get(PAGE).content.decode()
    for words in vocabulary()["directives"]:
        assert f'<h3 id="block-{words["name"]}">' in page
    for problem in check(BROKEN, {}, "course/chapter"):
        assert str(problem.message).split("“")[0] in page or "is missing" in problem.message
    assert "<kindling-tabs" in page
    assert "<math>" in page
    assert client.post(PAGE).status_code == 405


def test_every_example_becomes_something() -> None:
    assert all(example.html for example in (*show_directives(), *show_roles()))
    assert 'href="#adding-up"' in show_roles()[0].html
