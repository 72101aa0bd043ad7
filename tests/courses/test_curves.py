"""What a project measured, as it lies beside the text: read again as it was written, and dropped when the code is another."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.courses.dialect import CurveFacts, compile_chapter
from apps.courses.dialect.curves import KINDS, MOST_METRICS, MOST_POINTS, write_curves
from apps.courses.dialect.problems import BadChapter
from tests.courses.texts import CHAPTER, FIGURES

CODE = "loss = 0.5\nprint(loss)\n"
LOSS = CurveFacts(name="loss", kind="loss", points=[(1, 2.0), (2, 0.5)])
HEAD = write_curves(CODE, [])

VALUES = st.floats(allow_nan=False, allow_infinity=False, width=16)
CURVES = st.builds(
    lambda name, kind, values: CurveFacts(name=name, kind=kind, points=list(enumerate(values))),
    st.text("abc_ /", min_size=1, max_size=20),
    st.sampled_from(KINDS),
    st.lists(VALUES, min_size=1, max_size=MOST_POINTS),
)


def read(files: Mapping[str, str]) -> list[CurveFacts]:
    [facts] = compile_chapter(CHAPTER, figures={**FIGURES, **files}, address="torch/first").projects.values()
    return facts["curves"]


def test_they_are_stored_with_the_project() -> None:
    assert read({"first.csv": write_curves(CODE, [LOSS])}) == [LOSS]


@given(st.lists(CURVES, max_size=MOST_METRICS, unique_by=lambda each: (each["name"], each["kind"])))
def test_what_is_written_is_read_again(curves: list[CurveFacts]) -> None:
    found = read({"first.csv": write_curves(CODE, curves)})
    assert [(each["name"], each["kind"]) for each in found] == [(each["name"], each["kind"]) for each in curves]
    for one, other in zip(found, curves, strict=True):
        assert [step for step, _ in one["points"]] == [step for step, _ in other["points"]]
        assert [value for _, value in one["points"]] == pytest.approx([value for _, value in other["points"]], rel=1e-5)


@pytest.mark.parametrize("files", [{}, {"first.csv": ""}, {"other.csv": write_curves(CODE, [LOSS])}])
def test_a_project_needs_none(files: dict[str, str]) -> None:
    assert read(files) == []


def test_those_of_other_code_are_left_out() -> None:
    assert read({"first.csv": write_curves(CODE + "\n", [LOSS])}) == []


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("loss,loss,1,2\nloss,loss,1,2\n", "the steps of loss do not grow"),
        ("loss,loss,1,nan\n", "is no finite value"),
        ("loss,guess,1,2\n", "is no finite value of a kind"),
        (",loss,1,2\n", "is no finite value"),
        ("loss,loss,one,2\n", "is no metric, kind, step and value"),
        ("loss,loss,1\n", "is no metric, kind, step and value"),
        ("".join(f"loss,loss,{n},1\n" for n in range(MOST_POINTS + 1)), "they are more than"),
        ("".join(f"m{n},loss,1,1\n" for n in range(MOST_METRICS + 1)), "they are more than"),
    ],
)
def test_what_is_none_is_named_with_what_to_do(rest: str, said: str) -> None:
    with pytest.raises(BadChapter) as raised:
        read({"first.csv": HEAD + rest})
    assert said in str(raised.value)
    assert "make curves" in str(raised.value)


def test_a_file_with_another_head_is_named() -> None:
    with pytest.raises(BadChapter, match="its second line is not"):
        read({"first.csv": HEAD.replace("metric", "series")})
