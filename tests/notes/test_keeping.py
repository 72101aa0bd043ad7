"""Notes as the chapter page's script keeps them."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.courses.models import Chapter
from apps.notes import keeping
from apps.notes.limits import MAX_BODY, MAX_QUOTE
from apps.notes.models import Note
from tests.progress.students import build_student
from tests.quizzes.chapters import edit_chapter

from .pages import CHAPTER, KEPT, keep_note, read_kept, send_json, send_note

PASSAGE = {"quote": "two rows", "prefix": "of ", "suffix": " of data", "start": 4, "end": 12, "kind": "question"}


@pytest.mark.django_db
def test_a_marked_passage_comes_back_to_its_chapter(client: Client, chapter: Chapter, student: User) -> None:
    note = keep_note(client, **PASSAGE, body=" Why two?\r\n ")
    assert read_kept(client)["notes"] == [
        {"id": note.pk, "section": "introduction", "title": "Introduction", "url": f"/notes/{note.pk}/"}
        | PASSAGE
        | {"body": "Why two?", "edition": 1}
    ]


@pytest.mark.django_db
def test_what_is_sent_twice_is_kept_once(client: Client, chapter: Chapter, student: User) -> None:
    token = str(uuid.uuid4())
    first, again = (send_note(client, client_token=token).json() for _ in range(2))
    assert first == again
    assert Note.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"section": "nowhere"}, "no such section"),
        ({"section": ""}, "which section"),
        ({"body": "  "}, "Mark a passage or write"),
        ({"body": "x" * (MAX_BODY + 1)}, "may be 4,000 characters long, and this one has 4,001"),
        ({"quote": "x" * (MAX_QUOTE + 1)}, "at most 1000 characters"),
        ({"body": "a\0b"}, "no text"),
        ({"quote": "\ud800"}, "no text"),
        ({"body": ["x"]}, "as text"),
        ({"kind": "red"}, "choose one of them"),
        ({"start": 5, "end": 4}, "ends after it starts"),
        ({"end": 2**40}, "less than or equal"),
        ({"client_token": "x"}, "UUID"),
    ],
)
def test_what_is_no_note_is_refused_in_words(
    client: Client, chapter: Chapter, student: User, fields: dict[str, Any], words: str
) -> None:
    answer = send_note(client, **fields)
    assert answer.status_code == 400
    assert words in answer.json()["error"]
    assert not Note.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("body", [b"", b"[1]", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_refused_in_words(client: Client, chapter: Chapter, student: User, body: bytes) -> None:
    answer = client.post(KEPT, body, content_type="application/json")
    assert (answer.status_code, "JSON" in answer.json()["error"]) == (400, True)


@pytest.mark.django_db
def test_a_change_builds_on_what_was_seen(client: Client, chapter: Chapter, student: User) -> None:
    note = keep_note(client, **PASSAGE)
    for _ in range(2):  # the first answer may have been lost
        changed = send_json(client, f"/notes/{note.pk}/", kind="try", body="Better", edition=1)
        assert (changed.status_code, changed.json()["edition"]) == (200, 2)
    older = send_json(client, f"/notes/{note.pk}/", kind="try", body="From another tab", edition=1)
    assert older.status_code == 409
    assert older.json()["newest"]["body"] == "Better"
    emptied = send_json(client, f"/notes/{note.pk}/", kind="try", body="", edition=2)
    assert emptied.json()["body"] == ""
    words = keep_note(client)
    assert send_json(client, f"/notes/{words.pk}/", kind="try", body="", edition=1).status_code == 400


@pytest.mark.django_db
def test_a_deleted_note_can_be_brought_back_for_a_day(client: Client, chapter: Chapter, student: User) -> None:
    old, note = keep_note(client, body="old"), keep_note(client, body="new")
    for each in (old, note, note):
        assert send_json(client, f"/notes/{each.pk}/removal/").status_code == 204
    assert read_kept(client)["notes"] == []
    assert send_json(client, f"/notes/{note.pk}/undoing/").status_code == 204
    assert [each["body"] for each in read_kept(client)["notes"]] == ["new"]
    Note.objects.filter(pk=old.pk).update(removed_at=timezone.now() - timedelta(days=2))
    send_json(client, f"/notes/{note.pk}/removal/")
    assert list(Note.objects.values_list("pk", flat=True)) == [note.pk]


@pytest.mark.django_db
def test_there_is_room_for_so_many_and_no_more(
    client: Client, chapter: Chapter, student: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MAX_NOTES_IN_CHAPTER", "MAX_NOTES"):
        note = keep_note(client)
        monkeypatch.setattr(keeping, name, Note.objects.filter(removed_at=None).count())
        refused = send_note(client)
        assert (refused.status_code, "all that fit" in refused.json()["error"]) == (409, True)
        send_json(client, f"/notes/{note.pk}/removal/")
        keep_note(client)
        assert send_json(client, f"/notes/{note.pk}/undoing/").status_code == 409
        monkeypatch.undo()


@pytest.mark.django_db
def test_a_note_outlives_its_section(client: Client, chapter: Chapter, student: User) -> None:
    keep_note(client, **PASSAGE)
    edit_chapter(chapter, ("more",))
    assert read_kept(client)["notes"][0]["quote"] == PASSAGE["quote"]
    page = client.get("/notes/").content.decode()
    assert "in a section that has left the text: Introduction" in page
    assert PASSAGE["quote"] in page


@pytest.mark.django_db
def test_it_is_answered_again_only_when_something_changed(client: Client, chapter: Chapter, student: User) -> None:
    first = client.get(KEPT)
    assert first.headers["Cache-Control"] == "private, no-cache"
    headers = {"If-None-Match": first.headers["ETag"]}
    assert client.get(KEPT, headers=headers).status_code == 304
    keep_note(client)
    assert client.get(KEPT, headers=headers).status_code == 200


@pytest.mark.django_db
def test_who_may_not(client: Client, chapter: Chapter, student: User) -> None:
    note = keep_note(client)
    visitor, other = Client(), Client()
    other.force_login(build_student("grace@example.org"))
    assert read_kept(other) == {"notes": [], "bookmarks": []}
    for path in ("", "removal/", "undoing/"):
        address = f"/notes/{note.pk}/{path}"
        refused = send_json(visitor, address, kind="try", body="x", edition=1)
        assert (refused.status_code, refused.json()["login_url"]) == (401, "/accounts/login/")
        send_json(other, address, kind="try", body="x", edition=1)
        assert visitor.post(address).headers["Location"] == "/accounts/login/?next=/notes/"
    assert other.get(f"/notes/{note.pk}/").status_code == 404
    assert send_json(other, f"/notes/{note.pk}/undoing/").status_code == 404
    assert visitor.get(KEPT).status_code == send_note(visitor).status_code == 401
    assert "/accounts/login/" in visitor.get("/notes/").headers["Location"]
    assert visitor.post(f"{CHAPTER}notes/").headers["Location"] == f"/accounts/login/?next={CHAPTER}"
    note.refresh_from_db()
    assert (note.body, note.removed_at) == ("Mine", None)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(student)
    assert send_note(strict).status_code == 403
    assert send_note(client, section="quiz").status_code == 201
    Chapter.objects.update(live=None)
    assert client.get(KEPT).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_double_click_makes_one_note_and_a_bookmark_one(client: Client) -> None:
    from tests.quizzes.chapters import build_chapter, build_course

    build_chapter(build_course())
    user, token = build_student(), str(uuid.uuid4())

    def press(_: int) -> tuple[int, int]:
        mine = Client()
        mine.force_login(user)
        try:
            marked = mine.post(f"{CHAPTER}bookmarks/", {"kept": True}, content_type="application/json")
            return send_note(mine, client_token=token).status_code, marked.status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(press, range(4))) == {(201, 204)}
    assert (Note.objects.count(), user.bookmarks.count()) == (1, 1)
