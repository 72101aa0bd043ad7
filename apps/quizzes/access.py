"""Which questions there are to answer: those of a readable chapter's live text."""

from __future__ import annotations

from django.http import Http404

from apps.courses.models import Item

SHOWN = (
    "key",
    "chapter__number",
    "chapter__slug",
    "chapter__title",
    "chapter__course__slug",
    "chapter__course__title",
    "chapter__live__quizzes",
)


def load_question(course: str, chapter: str, key: str) -> Item:
    """The item of a question with chapter, course and live quizzes joined, or 404. One query."""
    questions = Item.objects.select_related("chapter__course", "chapter__live").only(*SHOWN)
    asked = questions.filter(key=key, kind=Item.Kind.QUIZ, chapter__live__quizzes__has_key=key)
    item = asked.filter(chapter__course__slug=course, chapter__slug=chapter).first()
    if item is None:
        raise Http404("There is no such question, or it has left the chapter.")
    return item
