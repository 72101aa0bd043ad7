"""Builders of chapters that tests of quizzes and progress share; they store what publishing would."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils import timezone

from apps.courses.dialect.rendering import QuizAnswers
from apps.courses.models import Chapter, Course, Item, Revision

SECTIONS = ("introduction", "mini-project", "quiz")
CSRF = "<!--csrf-->"


def build_question(*right: str, choices: str = "abc") -> QuizAnswers:
    """A question as revisions keep it; several right choices make it one with checkboxes."""
    return {
        "prompt_html": "Which is it?",
        "body_html": "",
        "multiple": len(right) > 1,
        "choices": [
            {
                "id": choice,
                "html": f"Choice {choice}",
                "correct": choice in right,
                "reason_html": f"<p>The reason for {choice}</p>",
            }
            for choice in choices
        ],
    }


def build_project(title: str = "First prediction") -> dict[str, Any]:
    return {"title": title, "code": "print(1)\n", "output": "1\n", "goal": "loss<1", "minutes": 1}


def build_course(slug: str = "essentials", title: str = "Essentials") -> Course:
    return Course.objects.create(slug=slug, title=title, summary="What it teaches.")


def build_chapter(
    course: Course,
    number: int = 1,
    *,
    sections: Sequence[str] = SECTIONS,
    quizzes: dict[str, QuizAnswers] | None = None,
    projects: dict[str, Any] | None = None,
    live: bool = True,
) -> Chapter:
    """A chapter with a question `q-one` (a is right), one `q-two` (a and b are) and a project, unless told otherwise."""
    chapter = Chapter.objects.create(course=course, number=number, slug=f"chapter-{number}", title=f"Chapter {number}")
    if live:
        both = {"q-one": build_question("a"), "q-two": build_question("a", "b")}
        edit_chapter(chapter, sections, both if quizzes is None else quizzes, projects)
    return chapter


def edit_chapter(
    chapter: Chapter,
    sections: Sequence[str] = SECTIONS,
    quizzes: dict[str, QuizAnswers] | None = None,
    projects: dict[str, Any] | None = None,
) -> Revision:
    """A new live revision of exactly these parts; what left the text is retired."""
    quizzes, projects = quizzes or {}, {"predict": build_project()} if projects is None else projects
    revision = Revision.objects.create(
        chapter=chapter,
        number=chapter.revisions.count() + 1,
        origin=Revision.Origin.FILE,
        source="",
        digest="",
        title=f"Chapter {chapter.number}",
        level="Introductory",
        summary="What it is about.",
        updated=date(2026, 11, 1),
        html="".join(f'<form id="{key}">{CSRF}</form>' for key in quizzes)
        + f"<p>Next: <!--next:chapter-{chapter.number + 1}--></p>",
        outline=[
            {"id": key, "number": number, "title": key.title(), "kind": "topic"}
            for number, key in enumerate(sections, start=1)
        ],
        quizzes=quizzes,
        projects=projects,
        minutes=7,
        run_minutes=1,
    )
    kinds = dict.fromkeys(sections, Item.Kind.SECTION)
    kinds |= dict.fromkeys(projects, Item.Kind.PROJECT) | dict.fromkeys(quizzes, Item.Kind.QUIZ)
    for position, (key, kind) in enumerate(kinds.items()):
        fields = {"kind": kind, "title": key.title(), "position": position, "retired_at": None}
        Item.objects.update_or_create(chapter=chapter, key=key, defaults=fields)
    chapter.items.exclude(key__in=kinds).update(retired_at=timezone.now())
    chapter.live = revision
    chapter.save(update_fields=["live"])
    return revision
