"""What the listings and numbers of the shipped chapters were checked with.

`tests/content` runs every one of them, and fails while this does not name the torch that it ran.
"""

from __future__ import annotations

import datetime

from .models import Revision

TORCH = "2.13.0"
DAY = datetime.date(2026, 11, 23)


def describe(revision: Revision) -> str:
    """The claim that a page may make; "" for a text that came from the browser, which no test has seen."""
    if revision.origin != Revision.Origin.FILE:
        return ""
    return f"torch {TORCH}, {DAY.day} {DAY:%B %Y}"
