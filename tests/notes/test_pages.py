"""The pages of notes, which need no script, and bookmarks."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.courses.models import Chapter
from apps.notes import bookmarks
from apps.notes.models import Bookmark, Note
from tests.progress.students import build_student
from tests.quizzes.chapters import build_chapter, edit_chapter

from .pages import CHAPTER, keep_note, read_kept, send_json, send_note

pytestmark = pytest.mark.django_db

PAGE = f"{CHAPTER}notes/"
HOSTILE = "<img src=x onerror=alert(1)>"


def read_form(client: Client, address: str) -> dict[str, str]:
    """The hidden fields of the page's own form."""
    page = client.get(address).content.decode()
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))


def test_a_note_is_written_changed_and_deleted_without_a_script(
    client: Client, chapter: Chapter, student: User
) -> None:
    sent = read_form(client, PAGE) | {"section": "quiz", "kind": "question", "body": "Which?"}
    assert [client.post(PAGE, sent).status_code for _ in range(2)] == [302, 302]
    note = Note.objects.get()
    assert (note.section.key, note.quote) == ("quiz", "")
    address = f"/notes/{note.pk}/"
    change = {"kind": "try", "body": "Both!", "edition": "1"}
    assert client.post(address, change).headers["Location"] == PAGE
    older = client.post(address, change | {"body": "Neither"})
    page = older.content.decode()
    assert older.status_code == 422
    assert "on another page since" in page
    assert "Both!" in page
    assert "Neither</textarea>" in page
    assert 'name="edition" value="2"' in page
    gone = client.post(f"{address}removal/", follow=True).content.decode()
    assert "The note is deleted." in gone
    assert f'action="{address}undoing/"' in gone
    assert client.post(f"{address}undoing/").headers["Location"] == PAGE
    assert "Both!" in client.get(PAGE).content.decode()


def test_a_form_that_is_refused_keeps_what_was_typed(client: Client, chapter: Chapter, student: User) -> None:
    sent = read_form(client, PAGE) | {"section": "nowhere", "body": "Typed"}
    refused = client.post(PAGE, sent)
    assert refused.status_code == 422
    assert "Typed</textarea>" in refused.content.decode()
    empty = client.post(PAGE, sent | {"section": "quiz", "body": ""})
    assert "write something first" in empty.content.decode()


def test_they_stand_by_chapter_and_can_be_searched(client: Client, chapter: Chapter, student: User) -> None:
    build_chapter(chapter.course, 2)
    keep_note(client, body="gradient descent", section="quiz")
    keep_note(client, body="about loss")
    client.post(
        "/courses/essentials/chapter-2/notes.json",
        {"section": "quiz", "quote": "Loss", "end": 4, "client_token": "0" * 32},
        content_type="application/json",
    )
    shelves = client.get("/notes/").context["shelves"]
    assert [(shelf.title, [note.section.key for note in shelf.notes]) for shelf in shelves] == [
        ("Chapter 1", ["introduction", "quiz"]),
        ("Chapter 2", ["quiz"]),
    ]
    assert [len(shelf.notes) for shelf in client.get("/notes/?q=loss").context["shelves"]] == [1, 1]
    assert "No note of yours holds “zebra”" in client.get("/notes/?q=zebra").content.decode()
    assert client.get("/notes/?page=0&removed=x").status_code == 200


def test_they_are_taken_away_as_markdown(client: Client, chapter: Chapter, student: User) -> None:
    keep_note(client, quote="two\nlines", end=9, body="Mine")
    send_json(client, f"{CHAPTER}bookmarks/", section="quiz", kept=True)
    answer = client.get("/notes/export.md")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="kindling-notes.md"'
    assert answer.content.decode() == (
        "# Notes from Kindling\n\n## Essentials: Chapter 1\n\n<http://testserver/courses/essentials/chapter-1/>\n\n"
        "### Introduction\n\n> two\n> lines\n\n*Important*: Mine\n\n"
        "## Bookmarks\n\n- [Quiz](http://testserver/courses/essentials/chapter-1/#quiz) (Chapter 1)\n"
    )


def test_what_somebody_wrote_is_shown_as_text(client: Client, chapter: Chapter, student: User) -> None:
    note = keep_note(client, body=HOSTILE, quote=HOSTILE, end=len(HOSTILE))
    for address in ("/notes/", PAGE, f"/notes/{note.pk}/", f"/notes/?q={HOSTILE}"):
        assert HOSTILE not in client.get(address).content.decode()


def test_bookmarks_are_listed_here_and_at_home(client: Client, chapter: Chapter, student: User) -> None:
    for _ in range(2):
        assert client.post(f"{CHAPTER}bookmarks/", {"kept": "on"}).status_code == 302
        assert send_json(client, f"{CHAPTER}bookmarks/", section="quiz", kept=True).status_code == 204
    assert send_json(client, f"{CHAPTER}bookmarks/", section="nowhere", kept=True).status_code == 204
    assert read_kept(client)["bookmarks"] == ["quiz", ""]
    for address in ("/", "/notes/"):
        marks = client.get(address).context["bookmarks"]
        assert [(mark.title, mark.url) for mark in marks] == [("Quiz", f"{CHAPTER}#quiz"), ("Chapter 1", CHAPTER)]
    edit_chapter(chapter, ("introduction",))
    assert client.get("/notes/").context["bookmarks"][0].url == CHAPTER
    client.post(f"{CHAPTER}bookmarks/", {"section": "quiz"})
    assert Bookmark.objects.count() == 1
    assert client.post(f"{CHAPTER}bookmarks/", {"section": "?!"}, follow=True).redirect_chain == [("/notes/", 302)]
    other = Client()
    other.force_login(build_student("grace@example.org"))
    assert other.get("/").context["bookmarks"] == Client().get("/").context["bookmarks"] == []


def test_there_is_room_for_so_many_bookmarks(
    client: Client, chapter: Chapter, student: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bookmarks, "MAX_BOOKMARKS", 1)
    for section, status in (("quiz", 204), ("quiz", 204), ("introduction", 409)):
        assert send_json(client, f"{CHAPTER}bookmarks/", section=section, kept=True).status_code == status
    assert "all that fit" in client.post(f"{CHAPTER}bookmarks/", {"kept": "on"}, follow=True).content.decode()
    assert Bookmark.objects.count() == 1


@pytest.mark.parametrize("rows", [1, 10])
def test_what_pages_cost(
    client: Client, chapter: Chapter, student: User, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(rows):
        assert send_note(client, body=str(number)).status_code == 201
        build_chapter(chapter.course, number + 2)
        client.post(f"/courses/essentials/chapter-{number + 2}/bookmarks/", {"kept": "on"})
    costs = {"/notes/": 5, PAGE: 4, f"{CHAPTER}notes.json": 5, "/notes/export.md": 4}
    for address, queries in costs.items():
        with django_assert_num_queries(queries):
            client.get(address)
