"""Editors write in the browser; nobody else gets in, and no word is lost."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from apps.accounts.models import Role, User
from apps.courses.models import Chapter, Draft, Item, Revision

from .texts import CHAPTER, build_chapter, build_editor, line_of, publish_text, replaced

pytestmark = pytest.mark.django_db

PAGE = "/editing/small/first/"
PLACES = ["/editing/", PAGE, f"{PAGE}revisions/", f"{PAGE}revisions/1/"]
POSTS = [PAGE, f"{PAGE}preview/", f"{PAGE}draft/", f"{PAGE}draft/discarding/", f"{PAGE}revisions/1/"]
BETTER = replaced(("Done.", "Better."))
HTMX = {"HX-Request": "true"}


@pytest.fixture
def chapter() -> Chapter:
    chapter = build_chapter()
    publish_text(chapter)
    return chapter


@pytest.fixture
def editor(client: Client) -> User:
    editor = build_editor()
    client.force_login(editor)
    return editor


def count_rows() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Chapter, Revision, Item, Draft))


def form(source: str = BETTER, **more: object) -> dict[str, object]:
    return {"source": source, "base": 1, "note": "Better words"} | more


@pytest.mark.parametrize("place", PLACES)
def test_visitors_are_asked_to_log_in(client: Client, chapter: Chapter, place: str) -> None:
    answer = client.get(place)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/accounts/login/?next={place}")


@pytest.mark.parametrize("place", POSTS)
def test_visitors_cannot_write(client: Client, chapter: Chapter, place: str) -> None:
    before = count_rows()
    assert client.post(place, form()).status_code == 302
    assert count_rows() == before


@pytest.mark.parametrize("role", [Role.STUDENT, Role.MODERATOR])
def test_students_and_moderators_may_not(client: Client, chapter: Chapter, role: Role) -> None:
    client.force_login(build_editor("sam@example.org", role))
    before = count_rows()
    assert [client.get(place).status_code for place in PLACES] == [403] * len(PLACES)
    assert [client.post(place, form()).status_code for place in POSTS] == [403] * len(POSTS)
    assert count_rows() == before


@pytest.mark.parametrize("role", [Role.EDITOR, Role.ADMIN])
def test_editors_and_admins_may(client: Client, chapter: Chapter, role: Role) -> None:
    client.force_login(build_editor("ed@example.org", role))
    assert [client.get(place).status_code for place in PLACES] == [200] * len(PLACES)


@pytest.mark.parametrize("place", ["/editing/small/third/", "/editing/big/first/", f"{PAGE}revisions/9/"])
def test_what_is_not_there_is_not_found(client: Client, chapter: Chapter, editor: User, place: str) -> None:
    assert client.get(place).status_code == 404


def test_looking_writes_nothing_and_is_kept_by_no_cache(client: Client, chapter: Chapter, editor: User) -> None:
    before = count_rows()
    assert all("no-store" in client.get(place).headers["Cache-Control"] for place in PLACES)
    assert count_rows() == before


def test_a_form_from_elsewhere_is_refused(chapter: Chapter) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(build_editor())
    assert [client.post(place, form()).status_code for place in POSTS] == [403] * len(POSTS)


def test_the_page_shows_the_live_text(client: Client, chapter: Chapter, editor: User) -> None:
    page = client.get(PAGE).content.decode()
    assert "## Learning objectives {#objectives}" in page
    assert '<input type="hidden" name="base" value="1">' in page


def test_a_chapter_without_text_starts_from_its_bones(client: Client, chapter: Chapter, editor: User) -> None:
    page = client.get("/editing/small/second/").content.decode()
    assert "title: Second" in page
    assert "## Mini project {#mini-project}" in page
    assert client.get("/editing/small/second/revisions/").status_code == 200


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
    assert answer.status_code == 422
    assert f"<strong>Line {line_of(text, 'See [')}:</strong> Nothing in this chapter has the id “nowhere”" in page
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
    assert "<ins>+ Done by Otto.</ins>" in page
    assert "<del>- Done.</del>" in page
    assert "\nBetter.\n" in page
    assert Draft.objects.get(editor=editor).source == BETTER
    chapter.refresh_from_db()
    assert chapter.live_revision.source == theirs


def test_after_a_refusal_the_editor_may_go_on_top(client: Client, chapter: Chapter, editor: User) -> None:
    publish_text(chapter, replaced(("Done.", "Done by Otto.")), base=1)
    page = client.post(PAGE, form()).content.decode()
    assert 'name="on_top_of" value="2"' in page
    assert client.post(PAGE, form(on_top_of=2)).status_code == 302
    chapter.refresh_from_db()
    assert (chapter.live_revision.number, chapter.live_revision.source) == (3, BETTER)
    assert not Draft.objects.exists()


def test_who_is_overtaken_twice_is_told_twice(client: Client, chapter: Chapter, editor: User) -> None:
    publish_text(chapter, replaced(("Done.", "Two.")), base=1)
    publish_text(chapter, replaced(("Done.", "Three.")), base=2)
    answer = client.post(PAGE, form(on_top_of=2))
    assert answer.status_code == 409
    assert "<ins>+ Three.</ins>" in answer.content.decode()
    assert "<del>- Two.</del>" in answer.content.decode()


def test_a_preview_shows_the_page_and_writes_nothing(client: Client, chapter: Chapter, editor: User) -> None:
    before = count_rows()
    whole = client.post(f"{PAGE}preview/", form()).content.decode()
    part = client.post(f"{PAGE}preview/", form(), headers=HTMX).content.decode()
    assert count_rows() == before
    assert part.strip() in whole
    assert "<p>Better.</p>" in part
    assert "<fieldset disabled>" in part
    assert "<textarea" not in part
    assert "\nBetter.\n" in whole


def test_a_preview_of_broken_markdown_explains_it(client: Client, chapter: Chapter, editor: User) -> None:
    part = client.post(f"{PAGE}preview/", form("# Oh\n<script>"), headers=HTMX).content.decode()
    assert "Line 1:" in part
    assert "<script>" not in part


def test_a_draft_is_kept_and_found_again(client: Client, chapter: Chapter, editor: User) -> None:
    answer = client.post(f"{PAGE}draft/", form("half a word"), headers=HTMX)
    assert "Draft kept at" in answer.content.decode()
    client.post(f"{PAGE}draft/", form("half a word more"))
    page = client.get(PAGE).content.decode()
    assert "half a word more" in page
    assert "This is your draft" in page
    assert Revision.objects.count() == 1
    client.post(f"{PAGE}draft/discarding/")
    assert not Draft.objects.exists()
    assert "half a word" not in client.get(PAGE).content.decode()


def test_drafts_are_each_editors_own(client: Client, chapter: Chapter, editor: User) -> None:
    client.post(f"{PAGE}draft/", form("my words"))
    client.force_login(build_editor("otto@example.org"))
    assert "my words" not in client.get(PAGE).content.decode()
    assert "kept" not in client.get("/editing/").content.decode()


def test_a_draft_that_cannot_be_kept_says_so(client: Client, chapter: Chapter, editor: User) -> None:
    answer = client.post(f"{PAGE}draft/", form("a\0b"), headers=HTMX)
    assert answer.status_code == 422
    assert "not kept" in answer.content.decode()
    assert not Draft.objects.exists()


def test_an_old_revision_can_be_restored(client: Client, chapter: Chapter, editor: User) -> None:
    publish_text(chapter, BETTER, base=1)
    old = client.get(f"{PAGE}revisions/1/").content.decode()
    assert "Restore revision 1" in old
    client.post(f"{PAGE}revisions/1/", {"base": 2})
    chapter.refresh_from_db()
    live = chapter.live_revision
    assert (live.number, live.source, live.note) == (3, CHAPTER, "Restored revision 1")


def test_restoring_over_a_newer_revision_is_refused(client: Client, chapter: Chapter, editor: User) -> None:
    publish_text(chapter, BETTER, base=1)
    publish_text(chapter, replaced(("Done.", "Three.")), base=2)
    assert client.post(f"{PAGE}revisions/1/", {"base": 2}).status_code == 409
    assert Revision.objects.count() == 3


def test_the_history_tells_who_and_why(client: Client, chapter: Chapter, editor: User) -> None:
    client.post(PAGE, form())
    page = client.get(f"{PAGE}revisions/").content.decode()
    assert "Edith" in page
    assert "Better words" in page
    second = client.get(f"{PAGE}revisions/2/").content.decode()
    assert "<ins>+ Better.</ins>" in second


@pytest.mark.parametrize("chapters", [1, 10])
def test_the_list_costs_the_same_for_many_chapters(
    client: Client,
    chapter: Chapter,
    editor: User,
    chapters: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(3, chapters + 3):
        publish_text(build_chapter(f"chapter-{number}", number))
    with django_assert_max_num_queries(7):  # session, user, roles, courses, chapters, drafts; mailbox
        assert client.get("/editing/").status_code == 200
