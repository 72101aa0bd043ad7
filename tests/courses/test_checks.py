"""Checks of a project as an author writes them, and as they are stored."""

from __future__ import annotations

import json
from typing import Any

import pytest

from apps.courses.dialect.compiling import Compiled, compile_chapter
from apps.courses.dialect.problems import BadChapter
from tests.courses.texts import CHAPTER, FIGURES
from workers.protocol import Check, Job, decode, encode

FENCE = """
```checks
[[check]]
name = "It doubles <3>"
call = "model(x)"
inputs.x = [[3], [1.5]]
expect = [[6], [3]]
within = 0.5
hint = "Train longer."

[[check]]
name = "The weight is positive"
call = "model.weight.item()"
expect = 0
relation = "above"
```

After."""


def compile_with(fence: str, attributes: str = "") -> Compiled:
    text = CHAPTER.replace("\n\nAfter.", f"\n{fence}", 1).replace('minutes="2"', f'minutes="2"{attributes}')
    return compile_chapter(text, figures=FIGURES, address="course/chapter")


def list_problems(fence: str, attributes: str = "") -> list[tuple[int, str]]:
    with pytest.raises(BadChapter) as caught:
        compile_with(fence, attributes)
    return [(problem.line, problem.message) for problem in caught.value.problems]


def test_checks_are_stored_as_a_machine_is_sent_them() -> None:
    stored: Any = compile_with(FENCE).projects["first"]["checks"]
    job = decode(encode(Job(run="a-run", fence=1, code="")).replace(b'"checks":[]', b'"checks":' + dump(stored)))
    assert isinstance(job, Job)
    assert [(check.name, check.relation, check.within) for check in job.checks] == [
        ("It doubles <3>", "close", 0.5),
        ("The weight is positive", "above", 1e-4),
    ]
    assert isinstance(job.checks[0], Check)
    assert (job.checks[0].inputs[0].name, job.checks[0].inputs[0].shape) == ("x", [2, 1])
    assert (job.checks[0].expect.values, job.checks[1].expect.shape) == ([6.0, 3.0], [])


def dump(value: object) -> bytes:

    return json.dumps(value).encode()


def test_the_page_names_the_checks_and_hides_what_they_expect() -> None:
    html = compile_with(FENCE).html
    assert "<li>It doubles &lt;3&gt;</li>" in html
    assert "Train longer" not in html
    assert "model(x)" not in html


def test_a_project_without_checks_stays_as_it_was() -> None:
    compiled = compile_chapter(CHAPTER, figures=FIGURES, address="course/chapter")
    assert compiled.projects["first"]["checks"] == []
    assert "checks" not in compiled.html


def test_device_and_limits_are_stored_where_they_differ() -> None:
    stored = compile_with(FENCE, ' device="gpu" wall_s="300"').projects["first"]
    assert (stored["device"], stored["limits"]) == ("gpu", {"wall_s": 300})


MISTAKES = [
    ("within = 0.5", "within = ", 5, "not TOML"),
    ("within = 0.5", "within = -1", 0, "a number of 0 or more"),
    ("within = 0.5", 'within = "near"', 0, "a number of 0 or more"),
    ('call = "model(x)"', 'call = "model("', 0, "not a Python expression"),
    ('call = "model(x)"', "", 0, "needs call"),
    ("[[3], [1.5]]", "[[3], [1.5, 2]]", 0, "not equally long"),
    ("[[3], [1.5]]", "[[], []]", 0, "holds 0 numbers"),
    ("[[3], [1.5]]", '"three"', 0, "rows of numbers"),
    ("[[3], [1.5]]", "[[nan], [1]]", 0, "rows of numbers"),
    ("inputs.x", "input.x", 0, "means nothing in a check"),
    ('"above"', '"near"', 8, "is unknown"),
    ('name = "The weight is positive"', 'name = "It doubles <3>"', 8, "Two checks"),
]


@pytest.mark.parametrize(("old", "new", "below", "sentence"), MISTAKES)
def test_a_mistake_is_named_at_the_line_of_its_check(old: str, new: str, below: int, sentence: str) -> None:
    assert old in FENCE
    found = list_problems(FENCE.replace(old, new, 1))
    first = CHAPTER.split("\n").index("After.") + 2
    assert [(line - first, sentence in message) for line, message in found] == [(below, True)], found


@pytest.mark.parametrize("fence", ["```checks\n```\n", "```checks\nx = 1\n```\n", "```checks\ncheck = 1\n```\n"])
def test_a_fence_without_checks_is_a_problem(fence: str) -> None:
    assert list_problems(f"\n{fence}\nAfter.")


@pytest.mark.parametrize("attributes", [' device="tpu"', ' wall_s="1"', ' memory_mb="99999999"', ' cores="two"'])
def test_a_device_or_limit_that_cannot_be_is_named(attributes: str) -> None:
    assert any("cannot be" in text or "is unknown" in text for _, text in list_problems(FENCE, attributes))
