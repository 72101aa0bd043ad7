"""What counts as the output that a text claims."""

from __future__ import annotations

import pytest

from apps.verification.comparing import agrees


@pytest.mark.parametrize(
    ("printed", "claimed", "match", "same"),
    [
        ("2\n", "2\n", "exact", True),
        ("2", "2\n", "exact", True),
        ("2.0\n", "2\n", "exact", False),
        (" 2\n", "2\n", "exact", False),
        ("loss 2.03\n", "loss 2\n", "close", True),
        ("loss 2.05\n", "loss 2\n", "close", False),
        ("loss 0.0\n", "loss 0\n", "close", True),
        ("loss 1e-9\n", "loss 0\n", "close", False),
        ("loss -1.5e-3 at 7\n", "loss -1.51e-3 at 7\n", "close", True),
        ("acc 2\n", "loss 2\n", "close", False),
        ("1 2\n", "1\n", "close", False),
        ("", "1\n", "close", False),
    ],
)
def test_numbers_may_differ_a_little_where_the_text_says_so(printed: str, claimed: str, match: str, same: bool) -> None:
    assert agrees(printed, claimed, match=match) is same
