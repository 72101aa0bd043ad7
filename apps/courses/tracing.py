"""A text is found again in the history of its chapter, so that what is old is never taken for new."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from .dialect import clean
from .models import Chapter, Revision


def print_text(source: str, figures: Mapping[str, str]) -> str:
    """The fingerprint of a text and what stands beside it, however it is rendered."""
    return hashlib.sha256(json.dumps([clean(source), sorted(figures.items())]).encode()).hexdigest()


def find_revision(chapter: Chapter, wanted: str) -> Revision | None:
    """The newest revision whose print is `wanted`. Reads the chapter's whole history, one revision at a time."""
    for revision in chapter.revisions.order_by("-number").only("source", "figures", "number").iterator():
        if wanted and print_text(revision.source, revision.figures) == wanted:
            return revision
    return None
