"""What should be known before a chapter is read, and the parts of a course's path."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils.html import strip_tags

from apps.accounts.models import User
from apps.courses.models import Chapter, Course, Part
from apps.progress.models import Finish
from tests.catalogue.chapters import explain
from tests.quizzes.chapters import build_chapter, build_course

pytestmark = pytest.mark.django_db
LAST = "/courses/essentials/chapter-4/"


@pytest.fixture
def course() -> Course:
    """Four chapters in two parts; the last one asks for the first two and for one that is not written yet."""
    course = build_course()
    first, second = (Part.objects.create(course=course, number=at, title=f"Part {at}") for at in (1, 2))
    for number in (1, 2, 3, 4):
        chapter = build_chapter(course, number, live=number != 3)
        Chapter.objects.filter(pk=chapter.pk).update(part=first if number < 3 else second)
    explain(chapter, {}, requires=["chapter-2", "chapter-3", "chapter-1"])
    return course


def test_a_chapter_leads_to_what_it_builds_on(client: Client, course: Course, student: User) -> None:
    Finish.objects.create(user=student, chapter=course.chapters.get(number=1))
    page = client.get(LAST).content.decode()
    [needed] = re.findall(r'<p class="prerequisites">(.*?)<div', page, re.DOTALL)
    words = " ".join(strip_tags(needed).split())
    assert words == "Read first: Chapter 1 Finished · Chapter 2 · Chapter 3 (coming)"
    assert re.findall('href="([^"]*)"', needed) == [f"/courses/essentials/chapter-{number}/" for number in (1, 2)]
    visitors = Client().get(LAST).content.decode()
    assert "Read first" in visitors
    assert "tag--good" not in visitors


def test_the_path_stands_in_parts(client: Client, course: Course) -> None:
    page = client.get("/courses/essentials/")
    parts = [(part.title, [step.number for step in part.chapters]) for part in page.context["course"].parts]
    assert parts == [("Part 1", [1, 2]), ("Part 2", [3, 4])]
    assert [step.title for step in page.context["course"].chapters[3].requires] == [
        "Chapter 2",
        "Chapter 3",
        "Chapter 1",
    ]
    assert '<h2 id="part-2">Part 2</h2>' in page.content.decode()
