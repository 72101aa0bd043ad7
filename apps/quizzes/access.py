"""Which questions there are to answer: those of a readable chapter's live text."""

from __future__ import annotations

from django.http import Http404

from apps.courses.models import Chapter, Item

SHOWN = (
    "key",
    "chapter__number",
    "chapter__slug",
    "chapter__title",
    "chapter__course__slug",
    "chapter__course__title",
    "chapter__live__quizzes",
)


class QuestionGone(Exception):
    """The question stood in `chapter` once; a page that was opened then still asks it."""

    def __init__(self, chapter: Chapter) -> None:
        super().__init__("the question has left the chapter")
        self.chapter = chapter


def load_question(course: str, chapter: str, key: str) -> Item:
    """The item of a question with chapter, course and live quizzes joined, or 404. One query.

    Raises `QuestionGone` for one that has left the text.
    """
    questions = Item.objects.select_related("chapter__course", "chapter__live").only(*SHOWN)
    asked = questions.filter(key=key, kind=Item.Kind.QUIZ, chapter__live__quizzes__has_key=key)
    item = asked.filter(chapter__course__slug=course, chapter__slug=chapter).first()
    if item is None:
        here = Item.objects.filter(chapter__course__slug=course, chapter__slug=chapter, chapter__live__isnull=False)
        retired = here.filter(key=key, kind=Item.Kind.QUIZ).select_related("chapter__course").first()
        if retired:
            raise QuestionGone(retired.chapter)
        raise Http404("There is no such question, or it has left the chapter.")
    return item
