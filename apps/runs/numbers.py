"""Numbers as a person reads them."""

from __future__ import annotations


def write_number(value: object) -> str:
    """Four digits that matter: of 0.00012345, "0.0001234"; of 1e13, "1e+13". NaN and infinities come as text already."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "" if value is None else str(value)
    return f"{value:.4g}"
