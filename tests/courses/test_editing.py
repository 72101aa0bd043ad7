"""Editors write in the browser; nobody else gets in, and no word is lost."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import URLPattern
from django.utils import timezone
from django.utils.html import strip_tags
from pytest_django.fixtures import DjangoAssertNumQueries

from apps.accounts.models import Role, User
from apps.courses.models import Chapter, Comment, Course, Draft, Item, Part, Presence, Review, Revision, Schedule
from apps.courses.urls import urlpatterns

from .editing import BETTER, HTMX, JSON, PAGE, form, log_in
from .texts import CHAPTER, build_chapter, build_editor, line_of, publish_text, replaced

pytestmark = pytest.mark.django_db

COURSE = "/editing/courses/small/"
READ = {
    "help": "/editing/help/",
    "index": "/editing/",
    "course": COURSE,
    "edit": PAGE,
    "files": f"{PAGE}files/",
    "history": f"{PAGE}revisions/",
    "comparison": f"{PAGE}revisions/comparison/",
    "revision": f"{PAGE}revisions/1/",
    "review": "/editing/reviews/1/",
}
WRITTEN = {
    "edit": PAGE,
    "revision": f"{PAGE}revisions/1/",
    "merge": f"{PAGE}merge/",
    "course_settings": f"{COURSE}settings/",
    "parts": f"{COURSE}parts/",
    "path": f"{COURSE}path/",
    "chapters": f"{COURSE}chapters/",
    "chapter_renaming": f"{COURSE}chapters/first/renaming/",
    "chapter_withdrawal": f"{COURSE}chapters/second/withdrawal/",
    "comments": "/editing/reviews/1/comments/",
    "approval": "/editing/reviews/1/approval/",
    "returning": "/editing/reviews/1/returning/",
    "review_withdrawal": "/editing/reviews/1/withdrawal/",
    "preview": f"{PAGE}preview/",
    "problems": f"{PAGE}problems.json",
    "draft": f"{PAGE}draft/",
    "discarding": f"{PAGE}draft/discarding/",
    "presence": f"{PAGE}presence/",
    "uploads": f"{PAGE}files/uploads/",
    "renaming": f"{PAGE}files/renaming/",
    "removal": f"{PAGE}files/removal/",
    "scheduling": f"{PAGE}schedule/",
    "rescheduling": f"{PAGE}schedule/time/",
    "cancelling": f"{PAGE}schedule/cancelling/",
    "handing_in": f"{PAGE}review/",
}
OF_ADMINS = {"course_new": "/editing/courses/", "course_settings": f"{COURSE}settings/"}


def count_rows() -> tuple[int, ...]:
    counted = (Chapter, Course, Part, Revision, Item, Draft, Presence, Schedule, Review, Comment)
    return tuple(model.objects.count() for model in counted)


def test_every_address_has_its_entry_here() -> None:
    assert {each.name for each in urlpatterns if isinstance(each, URLPattern)} == {*READ, *WRITTEN, *OF_ADMINS}


def test_visitors_are_asked_to_log_in(client: Client, chapter: Chapter) -> None:
    before = count_rows()
    for place in {*READ.values(), *OF_ADMINS.values()}:
        if place != OF_ADMINS["course_settings"]:
            answer = client.get(place)
            assert (answer.status_code, answer.headers["Location"]) == (302, f"/accounts/login/?next={place}")
    for place in {*WRITTEN.values(), *OF_ADMINS.values()}:
        assert client.post(place, form()).status_code == 302
    assert count_rows() == before


@pytest.mark.parametrize("role", [Role.STUDENT, Role.MODERATOR])
def test_students_and_moderators_may_not(client: Client, chapter: Chapter, role: Role) -> None:
    client.force_login(build_editor("sam@example.org", role))
    before = count_rows()
    assert {client.get(place).status_code for place in READ.values()} == {403}
    assert {client.post(place, form()).status_code for place in {*WRITTEN.values(), *OF_ADMINS.values()}} == {403}
    assert count_rows() == before


@pytest.mark.parametrize("role", [Role.EDITOR, Role.ADMIN])
def test_editors_and_admins_may(client: Client, chapter: Chapter, other: User, role: Role) -> None:
    client.force_login(build_editor("ed@example.org", role))
    review = Review.objects.create(chapter=chapter, author=other, base=1, source=BETTER, note="Look")
    publish_text(chapter, BETTER, base=1)
    places = [place.replace("reviews/1/", f"reviews/{review.pk}/") for place in READ.values()]
    before = count_rows()
    answers = [client.get(place) for place in places]
    assert [answer.status_code for answer in answers] == [200] * len(places)
    assert all("no-store" in answer.headers["Cache-Control"] for answer in answers)
    assert count_rows() == before, "looking writes nothing"


def test_courses_are_made_and_renamed_by_admins_alone(client: Client, chapter: Chapter, editor: User) -> None:
    assert client.get(OF_ADMINS["course_new"]).status_code == 403
    assert {client.post(place, {"title": "x", "slug": "x"}).status_code for place in OF_ADMINS.values()} == {403}
    assert "Change the course" not in client.get(COURSE).content.decode()


@pytest.mark.parametrize(
    "place",
    [
        "/editing/small/third/",
        "/editing/big/first/",
        f"{PAGE}revisions/9/",
        f"{PAGE}revisions/comparison/?from=8&to=9",
        f"{PAGE}merge/",
        "/editing/courses/big/",
        "/editing/reviews/9/",
    ],
)
def test_what_is_not_there_is_not_found(client: Client, chapter: Chapter, editor: User, place: str) -> None:
    assert client.get(place).status_code == 404


def test_a_form_from_elsewhere_is_refused(chapter: Chapter) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(build_editor())
    assert {client.post(place, form()).status_code for place in WRITTEN.values()} == {403}


def test_the_page_shows_the_live_text(client: Client, chapter: Chapter, editor: User) -> None:
    page = client.get(PAGE).content.decode()
    assert "## Learning objectives {#objectives}" in page
    assert '<input type="hidden" name="base" value="1">' in page
    assert "circles.svg" in page


def test_a_chapter_without_text_starts_from_its_bones(client: Client, chapter: Chapter, editor: User) -> None:
    page = client.get("/editing/small/second/").content.decode()
    assert "title: Second" in page
    assert "## Mini project {#mini-project}" in page
    assert client.get("/editing/small/second/revisions/").status_code == 200
    assert client.get("/editing/small/second/revisions/comparison/").status_code == 404


def test_publishing_goes_live(client: Client, chapter: Chapter, editor: User) -> None:
    page = client.post(PAGE, form(BETTER.replace("\n", "\r\n")), follow=True)
    assert "Revision 2 is live." in page.content.decode()
    chapter.refresh_from_db()
    live = chapter.live_revision
    assert (live.source, live.note, live.author, live.origin) == (BETTER, "Better words", editor, "browser")
    assert live.figures != {}


def test_publishing_twice_is_publishing_once(client: Client, chapter: Chapter, editor: User) -> None:
    for _ in range(2):
        assert client.post(PAGE, form()).status_code == 302
    assert Revision.objects.count() == 2


def test_broken_markdown_is_explained_and_kept(client: Client, chapter: Chapter, editor: User) -> None:
    text = replaced(("(#a-topic)", "(#nowhere)"))
    answer = client.post(PAGE, form(text))
    page = answer.content.decode()
    line = line_of(text, "See [")
    assert answer.status_code == 422
    assert f'data-line="{line}">Line {line}:</a> Nothing in this chapter has the id “nowhere”' in page
    assert "See [the topic](#nowhere)." in page
    assert Revision.objects.count() == 1
    assert Draft.objects.get().source == text


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"source": ""}, "The text is empty"),
        ({"source": "a\0b"}, "Null characters"),
        ({"base": "x"}, "whole number"),
        ({"base": "-1"}, "greater than or equal to 0"),
        ({"base": "99999999999999999999"}, "less than or equal to"),
        ({"source": "x" * 400_001}, "over 400 kB"),
        ({"note": "n" * 201}, "at most 200 characters"),
        ({"note": " "}, "Say in one sentence what you changed"),
        ({"version": "7"}, "valid UUID"),
    ],
)
def test_a_form_that_cannot_be_is_explained(
    client: Client, chapter: Chapter, editor: User, sent: dict[str, object], sentence: str
) -> None:
    answer = client.post(PAGE, form() | sent)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert Revision.objects.count() == 1


def test_a_stale_text_is_refused_and_nothing_is_lost(client: Client, chapter: Chapter, editor: User) -> None:
    theirs = replaced(("Done.", "Done by Otto."))
    publish_text(chapter, theirs, base=1, author=build_editor("otto@example.org"), note="Mine first")
    answer = client.post(PAGE, form())
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Otto published revision 2" in page
    assert "“Mine first”" in page
    assert f'href="{PAGE}merge/"' in page
    assert "\nBetter.\n" in page
    assert Draft.objects.get(editor=editor).source == BETTER
    chapter.refresh_from_db()
    assert chapter.live_revision.source == theirs


def test_a_preview_shows_the_page_and_writes_nothing(client: Client, chapter: Chapter, editor: User) -> None:
    before = count_rows()
    whole = client.post(f"{PAGE}preview/", form()).content.decode()
    part = client.post(f"{PAGE}preview/", form(), headers=HTMX).content.decode()
    assert count_rows() == before
    assert part.strip() in whole
    assert "<p>Better.</p>" in part
    assert '<fieldset disabled class="chapter-text">' in part
    assert "<textarea" not in part
    assert "\nBetter.\n" in whole


def test_broken_markdown_is_told_to_the_gutter_and_has_no_preview(
    client: Client, chapter: Chapter, editor: User
) -> None:
    part = client.post(f"{PAGE}preview/", form("# Oh\n<script>"), headers=HTMX).content.decode()
    assert "data-broken" in part
    assert "<script>" not in part
    found = client.post(f"{PAGE}problems.json", form("# Oh\n")).json()["problems"]
    assert found[0]["line"] == 1
    assert found[0]["severity"] == "error"
    [advice] = client.post(f"{PAGE}problems.json", form()).json()["problems"]
    assert (advice["severity"], "has no checks" in advice["message"]) == ("warning", True)
    assert (
        client.post(f"{PAGE}problems.json", form("")).json()["problems"][0]["message"].startswith("The text is empty")
    )


def test_a_draft_is_kept_and_found_again(client: Client, chapter: Chapter, editor: User) -> None:
    client.post(f"{PAGE}draft/", form("half a word"))
    page = client.get(PAGE).content.decode()
    assert "half a word" in page
    assert "This is your draft" in page
    version = Draft.objects.get().version
    assert f'name="version" value="{version}"' in page
    more = client.post(f"{PAGE}draft/", form("half a word more", version=version), headers=JSON).json()
    assert Draft.objects.get().source == "half a word more"
    assert str(Draft.objects.get().version) == more["version"] != str(version)
    assert Revision.objects.count() == 1
    client.post(f"{PAGE}draft/discarding/")
    assert not Draft.objects.exists()
    assert "half a word" not in client.get(PAGE).content.decode()


def test_a_stale_tab_does_not_overwrite_a_newer_draft(client: Client, chapter: Chapter, editor: User) -> None:
    newer = client.post(f"{PAGE}draft/", form("newer"), headers=JSON).json()["version"]
    refused = client.post(f"{PAGE}draft/", form("older"), headers=JSON)
    assert refused.status_code == 409
    assert refused.json()["offer"] == {"source": "newer", "version": newer, "base": 1}
    assert Draft.objects.get().source == "newer"
    page = client.post(f"{PAGE}draft/", form("older"))
    assert page.status_code == 409
    assert f'name="version" value="{newer}" formnovalidate' in page.content.decode()
    assert client.post(f"{PAGE}draft/", form("newer"), headers=JSON).json() == {"version": newer}, "sent twice"
    assert client.post(f"{PAGE}draft/", form("older", version=newer)).status_code == 302, "the writer has chosen"
    assert Draft.objects.get().source == "older"


def test_a_tab_whose_draft_has_gone_is_told(client: Client, chapter: Chapter, editor: User) -> None:
    version = client.post(f"{PAGE}draft/", form("words"), headers=JSON).json()["version"]
    client.post(f"{PAGE}draft/discarding/")
    refused = client.post(f"{PAGE}draft/", form("more words", version=version), headers=JSON)
    assert (refused.status_code, refused.json()["offer"]) == (409, {})
    assert "published or discarded on another page" in refused.json()["error"]
    assert client.post(f"{PAGE}draft/", form("more words"), headers=JSON).status_code == 200


def test_drafts_are_each_editors_own(client: Client, chapter: Chapter, editor: User, other: User) -> None:
    client.post(f"{PAGE}draft/", form("my words"))
    elsewhere = log_in(other)
    assert "my words" not in elsewhere.get(PAGE).content.decode()
    assert "kept" not in elsewhere.get("/editing/").content.decode()


def test_a_draft_that_cannot_be_kept_says_so(client: Client, chapter: Chapter, editor: User) -> None:
    answer = client.post(f"{PAGE}draft/", form("a\0b"), headers=JSON)
    assert answer.status_code == 422
    assert "Null characters" in json.loads(answer.content)["error"]
    assert not Draft.objects.exists()


def test_who_else_writes_is_seen_until_they_fall_silent(
    client: Client, chapter: Chapter, editor: User, other: User
) -> None:
    elsewhere = log_in(other)
    assert client.post(f"{PAGE}presence/", {"section": "Quiz"}).content.strip() == b""
    seen = elsewhere.post(f"{PAGE}presence/", {"section": ""}).content.decode()
    assert "<strong>Edith</strong> is writing here since" in seen
    assert "in “Quiz”" in seen
    assert "Edith is writing" in elsewhere.get("/editing/").content.decode()
    Presence.objects.filter(editor=editor).update(seen_at=timezone.now() - timedelta(seconds=30))
    assert "Edith" not in elsewhere.post(f"{PAGE}presence/").content.decode()
    assert "Otto" in client.post(f"{PAGE}presence/").content.decode()
    assert elsewhere.post(f"{PAGE}presence/", {"leaving": "1"}).status_code == 204
    assert "Otto" not in client.post(f"{PAGE}presence/").content.decode()


@pytest.mark.parametrize("chapters", [1, 10])
def test_the_list_costs_the_same_for_many_chapters(
    client: Client,
    chapter: Chapter,
    editor: User,
    chapters: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(3, chapters + 3):
        one = build_chapter(f"chapter-{number}", number)
        publish_text(one)
        author = build_editor(f"author{number}@example.org")
        Review.objects.create(chapter=one, author=author, base=1, source=CHAPTER, note="Look")
        Schedule.objects.create(chapter=one, author=author, base=1, source=CHAPTER, note="x", at=timezone.now())
        Presence.objects.create(chapter=one, editor=author, since=timezone.now(), seen_at=timezone.now())
    # Session, user, roles; courses, chapters, drafts, schedules, presences; waiting, handed in, failed; mailbox.
    with django_assert_max_num_queries(12):
        assert client.get("/editing/").status_code == 200
    with django_assert_max_num_queries(8):
        assert client.get(COURSE).status_code == 200


def test_who_takes_something_out_learns_who_links_to_it(client: Client, chapter: Chapter, editor: User) -> None:
    second = Chapter.objects.get(slug="second")
    link = ("Words with", "After [that](../first/#circles), words with")
    publish_text(second, replaced(link, ("title: A small chapter", "title: The sequel")))
    page = client.post(PAGE, form(), follow=True).content.decode()
    assert "still linked" not in page
    page = client.post(PAGE, form(replaced(("figure circles", "figure rings")), base=2), follow=True).content.decode()
    assert "Something that has left this text is still linked from “The sequel”: mend it there." in strip_tags(page)
    publish_text(second, replaced(("title: A small chapter", "title: The sequel")), base=1)
    page = client.post(PAGE, form(replaced(("figure circles", "figure discs")), base=3), follow=True).content.decode()
    assert "Revision 4 is live" in page
    assert "still linked" not in page
