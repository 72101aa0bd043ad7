"""Fewer points, and the same picture."""

from __future__ import annotations

import math

from workers.harness.thinning import thin


def test_few_points_stay_as_they_are() -> None:
    points = [(n, float(n)) for n in range(20)]
    assert thin(points, 20) == points


def test_spikes_and_the_last_point_survive() -> None:
    points = [(n, 0.0) for n in range(1000)]
    points[123], points[777], points[999] = (123, 9.0), (777, -9.0), (999, 1.0)
    kept = thin(points, 20)
    assert len(kept) <= 20
    assert {(123, 9.0), (777, -9.0), (999, 1.0)} <= set(kept)
    assert kept == sorted(kept)


def test_what_is_no_number_survives() -> None:
    points = [(n, math.nan if n == 500 else float(n)) for n in range(1000)]
    assert any(math.isnan(value) for _, value in thin(points, 20))
