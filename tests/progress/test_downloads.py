"""What readers take along: for everybody, only what is published, and never sent twice to who has it."""

from __future__ import annotations

import json
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.courses.models import Chapter
from apps.courses.offline import keeping
from apps.courses.pictures import keep_picture, read_marker
from tests.courses.test_pictures import paint
from tests.courses.texts import build_chapter, build_editor, publish_text, replaced

pytestmark = pytest.mark.django_db
BOOK = "/courses/small.epub"
PAGES = "/courses/small.zip"
NOTEBOOK = "/courses/small/first.ipynb"


@pytest.fixture
def first() -> Chapter:
    chapter = build_chapter()
    publish_text(chapter)
    return chapter


def test_a_picture_is_sent_once_and_as_what_it_is(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    marker = read_marker(keep_picture(paint(), rewrite=False))
    assert marker
    address = f"/pictures/{marker.digest}.png"
    with django_assert_num_queries(1):
        sent = client.get(address)
    assert (sent.status_code, sent.content, sent["Content-Type"]) == (200, paint(), "image/png")
    assert sent["Cache-Control"] == "public, max-age=31536000, immutable"
    assert sent["X-Content-Type-Options"] == "nosniff"
    assert not sent.cookies
    assert client.get(address, headers={"if-none-match": sent["ETag"]}).status_code == 304
    for wrong in (
        address.replace(".png", ".jpg"),
        address.replace(".png", ".svg"),
        f"/pictures/{'0' * 64}.png",
        "/pictures/1.png",
    ):
        assert client.get(wrong).status_code == 404
    assert client.post(address).status_code == 405


def test_a_course_comes_as_book_and_as_pages_and_is_made_once(
    client: Client, first: Chapter, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    book = client.get(BOOK)
    assert book["Content-Type"] == "application/epub+zip"
    assert book["Content-Disposition"] == 'attachment; filename="small.epub"'
    assert ZipFile(BytesIO(book.content)).namelist()[0] == "mimetype"
    assert "small/01-first.html" in ZipFile(BytesIO(client.get(PAGES).content)).namelist()
    monkeypatch.setattr(keeping, "BUILDERS", {})
    with django_assert_num_queries(2):
        assert client.get(BOOK).content == book.content
    assert client.get(BOOK, headers={"if-none-match": book["ETag"]}).status_code == 304
    monkeypatch.undo()
    publish_text(first, replaced(("Done.", "Done again.")), base=1, author=build_editor())
    anew = client.get(BOOK, headers={"if-none-match": book["ETag"]})
    assert (anew.status_code, anew["ETag"] != book["ETag"]) == (200, True)
    assert b"Done again." in ZipFile(BytesIO(anew.content)).read("EPUB/01-first.xhtml")


def test_a_chapter_comes_as_a_notebook_that_leads_back(client: Client, first: Chapter) -> None:
    sent = client.get(NOTEBOOK)
    assert sent["Content-Type"] == "application/x-ipynb+json"
    assert "(http://testserver/courses/small/first/)" in "".join(json.loads(sent.content)["cells"][0]["source"])
    assert client.get(NOTEBOOK, headers={"if-none-match": sent["ETag"]}).status_code == 304
    assert client.get(NOTEBOOK, headers={"host": "elsewhere.example"}).status_code == 400
    assert 'href="../first.ipynb"' in client.get("/courses/small/first/").content.decode()
    course = client.get("/courses/small/").content.decode()
    assert f'href="{BOOK}"' in course
    assert f'href="{PAGES}"' in course


def test_what_nobody_can_read_yet_nobody_can_take_along(client: Client) -> None:
    build_chapter()
    for address in (BOOK, PAGES, NOTEBOOK, "/courses/none.epub"):
        assert client.get(address).status_code == 404
    assert ".epub" not in client.get("/courses/small/").content.decode()
