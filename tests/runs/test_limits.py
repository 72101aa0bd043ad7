"""A project may raise limits up to the site's caps, a student may lower them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.courses.dialect.projects import LIMITS as AUTHORED
from apps.runs.limits import CAPS, FLOORS, USUAL, list_differing, lower_limits, read_limits, rebuild_limits
from apps.runs.refusals import BadLimit
from workers.protocol import Limits


def test_a_project_s_limits_reach_to_the_caps_and_no_further() -> None:
    assert read_limits({"wall_s": 300, "memory_mb": 10**6}) == Limits(wall_s=300, memory_mb=CAPS.memory_mb)
    assert read_limits({"memory_mb": 1}).memory_mb == FLOORS.memory_mb


@pytest.mark.parametrize(
    "written",
    [None, [], "fast", {"speed": 3}, {"wall_s": "9"}, {"cores": 1.5}, {"cores": True}, {"wall_s": None}],
)
def test_what_is_no_limit_is_left_as_usual(written: object) -> None:
    assert read_limits(written) == USUAL


def test_a_student_lowers_a_limit() -> None:
    assert lower_limits(Limits(wall_s=300), {"wall_s": 0.5 + 29.5, "cores": 1}) == Limits(wall_s=30.0, cores=1)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"wall_s": 301}, ["wall_s", "301", "from 1 to 300"]),
        ({"wall_s": 0}, ["wall_s", "0", "from 1 to 300"]),
        ({"wall_s": float("nan")}, ["wall_s is a number", "nan"]),
        ({"memory_mb": 2561}, ["memory_mb", "2561", "from 256 to 2560"]),
        ({"cores": 1.5}, ["cores is a whole number", "1.5"]),
        ({"cores": True}, ["cores is a whole number", "True"]),
        ({"cores": "2"}, ["cores is a whole number", "2"]),
        ({"speed": 1}, ["no limit 'speed'", "memory_mb"]),
    ],
)
def test_a_refusal_names_the_field_the_value_and_the_bounds(asked: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(BadLimit) as refusal:
        lower_limits(Limits(wall_s=300), asked)
    assert [word for word in words if word not in str(refusal.value)] == []


@given(st.dictionaries(st.sampled_from(sorted(asdict(USUAL))), st.integers(-10, 10**7)))
def test_whatever_is_written_lies_between_floors_and_caps(written: dict[str, int]) -> None:
    limits = read_limits(written)
    for name, value in asdict(limits).items():
        assert asdict(FLOORS)[name] <= value <= asdict(CAPS)[name]
    assert rebuild_limits(list_differing(limits)) == limits


def test_only_what_differs_is_stored() -> None:
    assert list_differing(USUAL) == {}
    assert list_differing(Limits(cores=1)) == {"cores": 1}


def test_what_was_stored_under_a_name_that_is_gone_is_passed_over() -> None:
    assert rebuild_limits({"cores": 1, "threads": 4}) == Limits(cores=1)


@pytest.mark.parametrize("name", sorted(AUTHORED))
def test_an_editor_may_write_what_the_site_allows(name: str) -> None:
    least, most, _ = AUTHORED[name]
    assert asdict(FLOORS)[name] <= least < most == asdict(CAPS)[name]
