"""What the live text says of a project is read with one query, and what is malformed in it does no harm."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.courses.models import Chapter
from apps.runs.limits import USUAL
from apps.runs.setups import Setup, read_setup
from tests.runs.builders import CHECK, make_project
from workers.protocol import Limits


def test_a_run_without_a_project_is_set_up_as_usual(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert read_setup(None) == Setup()


def test_everything_comes_with_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    project = make_project("loss<1", device="gpu", limits={"wall_s": 300}, checks=[CHECK])
    with django_assert_num_queries(1):
        setup = read_setup(project.pk)
    assert (setup.goal, setup.device, setup.limits) == ("loss<1", "gpu", Limits(wall_s=300))
    assert [(check.name, check.expect.values, check.within) for check in setup.checks] == [("It doubles", [4.0], 0.001)]


def test_a_text_that_says_nothing_means_the_usual() -> None:
    assert read_setup(make_project("loss<1").pk) == Setup(goal="loss<1")


@pytest.mark.parametrize(
    "facts",
    [
        {"device": "tpu"},
        {"device": ["gpu"]},
        {"limits": "many"},
        {"checks": "none"},
        {"checks": [None]},
        {"checks": [{}]},
        {"checks": [{**CHECK, "expect": {"shape": [1], "values": ["4"]}}]},
        {"checks": [{**CHECK, "answer": 4}]},
    ],
)
def test_what_is_malformed_is_left_out(facts: dict[str, Any]) -> None:
    setup = read_setup(make_project("", **facts).pk)
    assert (setup.device, setup.limits, setup.checks) == ("cpu", USUAL, ())


def test_a_good_check_stands_beside_a_bad_one() -> None:
    setup = read_setup(make_project(checks=[{"name": "bad"}, CHECK]).pk)
    assert [check.name for check in setup.checks] == ["It doubles"]


def test_a_chapter_without_a_live_text_says_nothing() -> None:
    project = make_project(device="gpu")
    Chapter.objects.update(live=None)
    assert read_setup(project.pk) == Setup()
