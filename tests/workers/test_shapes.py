"""What an event may hold where one field must agree with another; the rest is in test_hostile and in test_claims."""

from __future__ import annotations

from typing import Any

import pytest

from tests.workers.messages import draw_picture, make_figure
from workers.shapes import MAX_SIDE, BadShape, rebuild


@pytest.mark.parametrize(
    "change",
    [
        {"width": 3},
        {"height": 9},
        {"width": 0, "png": draw_picture(0, 3)},
        {"width": MAX_SIDE + 1, "png": draw_picture(MAX_SIDE + 1, 3)},
        {"png": draw_picture(4, 3)[:28]},
        {"png": "iVBORw0KGgo="},
        {"png": "data:image/svg+xml,"},
        {"png": "é"},
        {"png": None},
    ],
)
def test_a_picture_is_a_png_of_the_size_that_it_says(change: dict[str, Any]) -> None:
    figure = make_figure("curve", 4, 3, b"", None)
    assert rebuild("figure", figure) == figure
    with pytest.raises(BadShape):
        rebuild("figure", {**figure, **change})


def test_a_histogram_has_one_edge_more_than_counts() -> None:
    histogram = {"name": "w", "step": None, "edges": [0.0, 1.0, 2.0], "counts": [1, 2]}
    assert rebuild("histogram", histogram) == histogram
    for counts in ([1], [1, 2, 3]):
        with pytest.raises(BadShape):
            rebuild("histogram", {**histogram, "counts": counts})


def test_a_type_that_there_is_not_is_refused() -> None:
    with pytest.raises(BadShape, match="no such type"):
        rebuild("exit", {})
