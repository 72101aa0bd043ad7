"""What a chapter was can be looked at, compared and brought back; people's progress comes back with it."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from apps.accounts.models import Role, User
from apps.courses.models import Chapter, Course, Draft, Item, Revision
from apps.courses.reading import load_item
from apps.progress.models import SectionRead
from apps.quizzes.models import Attempt

from .editing import BETTER, HTMX, PAGE, form, log_in
from .texts import CHAPTER, FIGURES, SVG, build_editor, publish_text, replaced

pytestmark = pytest.mark.django_db

ASKED = "/courses/small/first/quiz/sum/"
TOPIC = CHAPTER[CHAPTER.index("## A topic") : CHAPTER.index("## Mini project")]
OTHER_TOPIC = "## Another topic {#another-topic}\n\nNew words.\n\n"
SUM = CHAPTER[CHAPTER.index("::: quiz sum") : CHAPTER.index("::: quiz primes")]
WITHOUT = replaced((TOPIC, OTHER_TOPIC), (SUM, ""))


def test_the_history_tells_who_and_why_and_compares_any_two(client: Client, chapter: Chapter, editor: User) -> None:
    client.post(PAGE, form())
    publish_text(chapter, replaced(("Done.", "Third.")), base=2, figures={**FIGURES, "more.svg": SVG})
    page = client.get(f"{PAGE}revisions/").content.decode()
    assert "Edith" in page
    assert "Better words" in page
    assert "<ins>Better</ins>" in client.get(f"{PAGE}revisions/2/").content.decode()
    compared = client.get(f"{PAGE}revisions/comparison/?from=3&to=1").content.decode()
    assert "From revision 1 to 3" in compared, "the older one stands at the left"
    assert "<del>Done</del>" in compared
    assert "<ins>Third</ins>" in compared
    assert "more.svg is new." in compared
    assert "From revision 2 to 3" in client.get(f"{PAGE}revisions/comparison/?from=x").content.decode()


def test_an_old_revision_can_be_restored(client: Client, chapter: Chapter, editor: User) -> None:
    publish_text(chapter, BETTER, base=1)
    assert "Restore revision 1" in client.get(f"{PAGE}revisions/1/").content.decode()
    client.post(f"{PAGE}revisions/1/", {"base": 2})
    chapter.refresh_from_db()
    live = chapter.live_revision
    assert (live.number, live.source, live.note, live.author) == (3, CHAPTER, "Restored revision 1", editor)


def test_restoring_over_a_newer_revision_is_refused(client: Client, chapter: Chapter, editor: User) -> None:
    publish_text(chapter, BETTER, base=1)
    publish_text(chapter, replaced(("Done.", "Three.")), base=2)
    assert client.post(f"{PAGE}revisions/1/", {"base": 2}).status_code == 409
    assert Revision.objects.count() == 3


def test_where_a_review_is_needed_restoring_makes_a_draft(client: Client, chapter: Chapter, editor: User) -> None:
    publish_text(chapter, BETTER, base=1)
    Course.objects.update(needs_review=True)
    assert "Restore revision 1" not in client.get(f"{PAGE}revisions/1/").content.decode()
    assert client.post(f"{PAGE}revisions/1/", {"base": 2}).status_code == 409
    assert (Revision.objects.count(), Draft.objects.get().source) == (2, CHAPTER)


def test_a_restored_item_has_the_progress_that_it_had(client: Client, chapter: Chapter, editor: User) -> None:
    student = build_editor("sam@example.org", Role.STUDENT)
    section = load_item(chapter, "a-topic", Item.Kind.SECTION)
    question = load_item(chapter, "sum", Item.Kind.QUIZ)
    SectionRead.objects.create(user=student, item=section)
    log_in(student).post(ASKED, {"choice": "b"})
    client.post(PAGE, form(WITHOUT))
    section.refresh_from_db()
    question.refresh_from_db()
    assert section.retired_at
    assert question.retired_at
    client.post(f"{PAGE}revisions/1/", {"base": 2})
    section.refresh_from_db()
    question.refresh_from_db()
    assert [item.retired_at for item in (section, question)] == [None, None]
    assert SectionRead.objects.get(user=student).item == section
    assert Attempt.objects.get(user=student, correct=True).item == question
    page = log_in(student).get(ASKED).content.decode()
    assert "Correct." in page


def test_a_publish_during_a_quiz_loses_nothing_and_is_told(client: Client, chapter: Chapter, editor: User) -> None:
    """The page that a student has open asks what is asked no longer."""
    student = log_in(build_editor("sam@example.org", Role.STUDENT))
    student.post(ASKED, {"choice": "a"})
    client.post(PAGE, form(WITHOUT))
    told = student.post(ASKED, {"choice": "b"}, headers=HTMX)
    assert told.status_code == 410
    assert "This question has left the chapter since you opened the page" in told.content.decode()
    assert "Everything that you did before is kept" in student.post(ASKED, {"choice": "b"}).content.decode()
    assert Attempt.objects.count() == 1
    other = ASKED.replace("sum", "primes")
    assert student.post(other, {"choice": ["a", "b"]}, headers=HTMX).status_code == 200, (
        "what is left is asked as before"
    )
    client.post(f"{PAGE}revisions/1/", {"base": 2})
    assert student.post(ASKED, {"choice": "b"}, headers=HTMX).status_code == 200
    assert Attempt.objects.filter(item__key="sum").count() == 2


def test_every_revision_has_an_author_and_a_note(client: Client, chapter: Chapter, editor: User) -> None:
    """Of those that were written in the browser, by whichever way they went live."""
    assert client.post(PAGE, form(note="")).status_code == 422
    client.post(PAGE, form())
    client.post(f"{PAGE}revisions/1/", {"base": 2})
    client.post("/editing/courses/small/chapters/first/renaming/", {"slug": "renamed", "title": "x"})
    written = Revision.objects.filter(number__gt=1)
    assert [(revision.author, revision.note) for revision in written.order_by("number")] == [
        (editor, "Better words"),
        (editor, "Restored revision 1"),
        (editor, "The chapter moved from first to renamed"),
    ]


def test_an_answer_to_a_question_that_was_rewritten_is_not_taken_for_one_to_the_new(
    client: Client, chapter: Chapter, editor: User
) -> None:
    student = log_in(build_editor("sam@example.org", Role.STUDENT))
    opened = re.search(r'name="wording" value="(\w+)"', student.get(ASKED).content.decode())
    assert opened
    client.post(PAGE, form(replaced(("- [x] `2`", "- [x] two"))))
    told = student.post(ASKED, {"choice": "b", "wording": opened[1]}, headers=HTMX)
    assert told.status_code == 400
    assert "was rewritten while you had it open" in told.content.decode()
    assert not Attempt.objects.exists()
    new = re.search(r'name="wording" value="(\w+)"', told.content.decode())
    assert new
    assert student.post(ASKED, {"choice": "b", "wording": new[1]}, headers=HTMX).status_code == 200
