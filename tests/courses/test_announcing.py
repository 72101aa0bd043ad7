"""The path of a course in the browser: made, arranged, renamed; old links lead on."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.accounts.models import Role, User
from apps.courses.models import Chapter, Course, FormerAddress, Part, Revision

from .editing import PAGE, form, log_in
from .texts import build_editor, publish_text

pytestmark = pytest.mark.django_db

COURSE = "/editing/courses/small/"


@pytest.fixture
def admin() -> Client:
    return log_in(build_editor("ada@example.org", Role.ADMIN))


def test_an_admin_makes_a_course(admin: Client) -> None:
    sent = {"title": "Large", "slug": "large", "summary": "More of it."}
    assert admin.post("/editing/courses/", sent).headers["Location"] == "/editing/courses/large/"
    again = admin.post("/editing/courses/", sent)
    assert again.status_code == 422
    assert "There is a course “large” already" in again.content.decode()
    assert 'value="Large"' in again.content.decode(), "what was written is still there"


@pytest.mark.parametrize("slug", ["", "Large", "a b", "-a", "a--b", "courses", "reviews", "x" * 51, "a/b", "ä"])
def test_an_address_that_cannot_be_is_refused(admin: Client, chapter: Chapter, slug: str) -> None:
    assert admin.post("/editing/courses/", {"title": "Large", "slug": slug}).status_code == 422
    assert admin.post(f"{COURSE}settings/", {"title": "Small", "slug": slug}).status_code == 422
    if slug not in ("courses", "reviews"):
        assert admin.post(f"{COURSE}chapters/", {"title": "Third", "slug": slug}).status_code == 422
        assert admin.post(f"{COURSE}chapters/first/renaming/", {"title": "x", "slug": slug}).status_code == 422
    assert (Course.objects.count(), Chapter.objects.count(), FormerAddress.objects.count()) == (1, 2, 0)


def test_a_course_moves_with_its_chapters(admin: Client, chapter: Chapter) -> None:
    sent = {"title": "Tiny", "slug": "tiny", "summary": "", "needs_review": "on"}
    assert admin.post(f"{COURSE}settings/", sent).headers["Location"] == "/editing/courses/tiny/"
    chapter.refresh_from_db()
    assert chapter.course.needs_review
    assert chapter.live_revision.number == 2
    assert 'data-project="tiny/first/first"' in chapter.live_revision.html
    former = {(each.path, each.chapter and each.chapter.slug) for each in FormerAddress.objects.all()}
    assert former == {("small", None), ("small/first", "first"), ("small/second", "second")}
    admin.post("/editing/courses/tiny/settings/", {"title": "Small", "slug": "small"})
    assert sorted(FormerAddress.objects.values_list("path", flat=True)) == ["tiny", "tiny/first", "tiny/second"]


def test_a_chapter_is_announced_written_and_found_at_another_address(
    client: Client, chapter: Chapter, editor: User
) -> None:
    client.post(f"{COURSE}chapters/", {"title": "Third", "slug": "third"})
    third = Chapter.objects.get(slug="third")
    assert (third.number, third.title) == (100, "Third")
    assert "already" in client.post(f"{COURSE}chapters/", {"title": "x", "slug": "third"}).content.decode()
    client.post(f"{COURSE}chapters/third/renaming/", {"title": "Number three", "slug": "number-three"})
    third.refresh_from_db()
    assert (third.slug, third.title) == ("number-three", "Number three")
    assert not FormerAddress.objects.exists(), "nobody could read it there"
    client.post(f"{COURSE}chapters/first/renaming/", {"title": "ignored", "slug": "begin"})
    chapter.refresh_from_db()
    assert (chapter.slug, chapter.title, chapter.live_revision.number) == ("begin", "A small chapter", 2)
    assert 'data-project="small/begin/first"' in chapter.live_revision.html
    assert (former := FormerAddress.objects.get()).path == "small/first"
    assert former.chapter == chapter
    assert client.post(f"{COURSE}chapters/begin/renaming/", {"title": "x", "slug": "second"}).status_code == 422


def test_a_rename_keeps_origin_and_text(client: Client, chapter: Chapter, editor: User) -> None:
    """So an import still knows which text came from files."""
    publish_text(chapter, Revision.objects.get().source + "\nMore.\n", base=1, origin=Revision.Origin.FILE)
    client.post(f"{COURSE}chapters/first/renaming/", {"title": "x", "slug": "begin"})
    newest, before = Revision.objects.order_by("-number")[:2]
    assert (newest.origin, newest.digest, newest.source) == (before.origin, before.digest, before.source)


def test_only_what_nobody_has_written_is_withdrawn(client: Client, chapter: Chapter, editor: User) -> None:
    assert "people’s progress is kept" in client.post(f"{COURSE}chapters/first/withdrawal/").content.decode()
    client.post("/editing/small/second/draft/", form("words", base=0))
    assert "their draft would be lost" in client.post(f"{COURSE}chapters/second/withdrawal/").content.decode()
    client.post("/editing/small/second/draft/discarding/")
    client.post(f"{COURSE}chapters/second/withdrawal/")
    assert [each.slug for each in Chapter.objects.all()] == ["first"]


def test_chapters_change_places_and_stand_in_parts(client: Client, chapter: Chapter, editor: User) -> None:
    client.post(f"{COURSE}parts/", {"title": ["First steps", "Last steps"]})
    client.post(f"{COURSE}parts/", {"title": ["", "The end", "Beyond"]})
    assert list(Part.objects.values_list("number", "title")) == [(1, "The end"), (2, "Beyond")]
    sent = {"first-number": 99, "first-part": 2, "second-number": 1, "second-part": 0}
    client.post(f"{COURSE}path/", sent)
    shown = Chapter.objects.order_by("number").values_list("slug", "number", "part__title")
    assert list(shown) == [("second", 1, None), ("first", 99, "Beyond")]
    client.post(f"{COURSE}parts/", {"title": ["The end", ""]})
    assert {part for _, _, part in shown.all()} == {None}


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"first-number": 1, "second-number": 1}, "Chapter 1 stands there twice"),
        ({"first-number": "x", "second-number": 2}, "is a whole number"),
        ({"first-number": 0, "second-number": 2}, "greater than or equal to 1"),
        ({"first-number": 1}, "has no number"),
        ({"first-number": 1, "second-number": 1000}, "less than or equal to 999"),
    ],
)
def test_a_path_that_cannot_be_is_refused(
    client: Client, chapter: Chapter, editor: User, sent: dict[str, object], words: str
) -> None:
    answer = client.post(f"{COURSE}path/", sent)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert list(Chapter.objects.order_by("number").values_list("number", flat=True)) == [1, 99]
    assert client.get(PAGE).status_code == 200
