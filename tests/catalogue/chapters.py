"""Builders of chapters that explain something."""

from __future__ import annotations

from typing import Any

from apps.courses.models import Chapter
from tests.quizzes.chapters import edit_chapter


def explain(chapter: Chapter, terms: dict[str, Any], **fields: Any) -> None:
    """Makes a revision live that explains these terms."""
    revision = edit_chapter(chapter)
    explained = type(revision)(
        **{field.attname: getattr(revision, field.attname) for field in revision._meta.fields if field.name != "id"}
        | {"number": revision.number + 1, "terms": terms}
        | fields
    )
    explained.save()
    Chapter.objects.filter(pk=chapter.pk).update(live=explained)


def build_term(title: str, *also: str) -> dict[str, Any]:
    return {
        "title": title,
        "also": list(also),
        "html": f"<p>What <em>{title}</em> means.</p>",
        "text": "What it means.",
    }
