"""What editors see and ask for, what readers are told, and who may not."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import Role, User
from apps.courses.models import Chapter, Draft
from apps.runs.models import Run
from apps.verification.models import Trial, Verification
from apps.verification.settling import settle
from tests.courses.texts import FIGURES, build_editor, publish_text, replaced
from tests.verification.chapters import list_with, live, publish_chapter, verify, write
from tests.verification.machines import Commit

INDEX = "/editing/verification/"
PAGE = "/editing/small/first/verification/"
TRYING = "/editing/small/first/trying/"
PLACES = [INDEX, PAGE, TRYING]
POSTS = [PAGE, TRYING]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def chapter() -> Chapter:
    return publish_chapter(write())


@pytest.fixture
def editor(client: Client) -> User:
    editor = build_editor()
    client.force_login(editor)
    return editor


def stand(chapter: Chapter, **trial: Any) -> Verification:
    """A verification with one trial settles how the chapter stands."""
    verification = verify(chapter)
    verification.trials.all().delete()
    facts = {"position": 0, "errand": 0, "key": "adding", "kind": Trial.Kind.LISTING, "line": 27, "torch": "2.13.0"}
    told = {"outcome": Trial.Outcome.PASSED, "sentence": "It prints what the text says.", "device": "cpu"}
    Trial.objects.create(verification=verification, **{**facts, **told, **trial})
    settle(verification)
    return verification


def fault(**trial: Any) -> dict[str, Any]:
    told = {"outcome": Trial.Outcome.FAILED, "sentence": "It prints something else.", "expected": "2\n", "got": "<3>\n"}
    return {**told, **trial}


def read(client: Client, place: str, **headers: str) -> str:
    return client.get(place, headers=headers).content.decode()


@pytest.mark.parametrize("place", PLACES)
def test_visitors_are_asked_to_log_in(client: Client, chapter: Chapter, place: str) -> None:
    answer = client.get(place)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/accounts/login/?next={place}")


@pytest.mark.parametrize(
    ("role", "status"), [(None, 302), (Role.STUDENT, 403), (Role.MODERATOR, 403), (Role.EDITOR, 200), (Role.ADMIN, 200)]
)
def test_who_may(client: Client, chapter: Chapter, role: Role | None, status: int) -> None:
    if role:
        client.force_login(build_editor("sam@example.org", role))
    assert [client.get(place).status_code for place in PLACES] == [status] * len(PLACES)
    posted = [client.post(place).status_code for place in POSTS]
    assert posted == [302 if status == 200 else status] * len(POSTS)
    assert Verification.objects.exists() is (status == 200)


def test_a_form_from_elsewhere_is_refused(chapter: Chapter) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(build_editor())
    assert [client.post(place).status_code for place in POSTS] == [403, 403]


@pytest.mark.parametrize("place", ["/editing/small/third/verification/", "/editing/big/first/trying/"])
def test_what_is_not_there_is_not_found(client: Client, chapter: Chapter, editor: User, place: str) -> None:
    assert [client.get(place).status_code, client.post(place).status_code] == [404, 404]


def test_looking_writes_nothing_and_is_kept_by_no_cache(client: Client, chapter: Chapter, editor: User) -> None:
    assert all("no-store" in client.get(place).headers["Cache-Control"] for place in PLACES)
    assert "has not been verified yet" in read(client, PAGE)
    assert "There is nothing to verify" not in read(client, PAGE)
    assert "there is nothing to verify" in read(client, "/editing/small/second/verification/")
    assert not Verification.objects.exists()


def test_a_chapter_that_is_only_announced_cannot_be_verified(client: Client, chapter: Chapter, editor: User) -> None:
    assert client.post("/editing/small/second/verification/").status_code == 200
    assert not Verification.objects.exists()


def test_asking_shows_what_is_under_way(client: Client, chapter: Chapter, editor: User, commit: Commit) -> None:
    with commit():
        page = client.post(PAGE, follow=True).content.decode()
    assert "It is being verified." in page
    assert "4 of 4 still to come" in page
    part = read(client, PAGE, **HTMX)
    assert 'hx-trigger="load delay:2s"' in part
    assert "<html" not in part
    assert "Being verified" in read(client, INDEX)


def test_a_fault_is_shown_with_what_came_and_nothing_of_it_runs(client: Client, chapter: Chapter, editor: User) -> None:
    stand(chapter, **fault(got="<script>3</script>\n"))
    page = read(client, PAGE)
    assert "Listing <code>adding</code>, line 27" in page
    assert "What came" in page
    assert "script&gt;" in page
    assert "<script>3" not in page
    assert "data-take-output" not in page
    assert "hx-trigger" not in page
    assert "✕ No" in read(client, INDEX)
    assert "<strong>1 chapter</strong> is not as its text says" in read(client, INDEX, **HTMX)


def test_the_index_of_editing_loads_what_an_editor_should_know(client: Client, chapter: Chapter, editor: User) -> None:
    stand(chapter)
    assert f'hx-get="{INDEX}"' in read(client, "/editing/")
    assert "nothing is known to be wrong" in read(client, INDEX, **HTMX)


def test_the_history_remembers(client: Client, chapter: Chapter, editor: User) -> None:
    stand(chapter, **fault())
    stand(chapter)
    page = read(client, PAGE)
    assert "An editor asked" in page
    assert "(0 of 1 passed)" in page


@pytest.mark.parametrize("rows", [1, 10])
def test_lists_cost_the_same_for_many_rows(
    client: Client, editor: User, rows: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(1, rows + 1):
        chapter = publish_chapter(write(), f"chapter-{number}", number)
        stand(chapter, **fault())
    for _ in range(rows):
        stand(chapter, **fault())
    with django_assert_max_num_queries(7):  # session, user, roles; chapters, how many are wrong; mailbox
        client.get(INDEX)
    with django_assert_max_num_queries(8):  # session, user, roles; chapter, newest, its trials, history; mailbox
        client.get(f"/editing/small/{chapter.slug}/verification/")


def test_readers_are_told_while_that_very_text_is_live(client: Client, chapter: Chapter) -> None:
    place = "/courses/small/first/"
    assert "Verified on" not in read(client, place)
    assert "data-verified" not in read(client, place)
    stand(chapter)
    student = Client()
    student.force_login(build_editor("sam@example.org", Role.STUDENT))
    assert "Verified on torch 2.13.0" in read(student, place)
    assert '<article class="chapter-text" data-verified>' in read(student, place)  # the styles tick each listing by it
    day = timezone.now()
    assert f"<li>Verified on torch 2.13.0, {day.day} {day:%B %Y}" in read(client, place)
    assert f"✓ Every chapter verified on torch 2.13.0, {day.day} {day:%B %Y}" in read(client, "/courses/small/")
    stand(chapter, **fault())
    assert "Verified on" not in read(client, place)
    stand(chapter)
    publish_text(chapter, replaced(("Done.", "Better.")), base=1)
    assert "Verified on" not in read(client, place)
    assert "erified on" not in read(client, "/courses/small/")


def test_a_course_says_how_many_of_its_chapters(client: Client, chapter: Chapter) -> None:
    stand(chapter)
    stand(publish_chapter(write(), "third", 3), torch="2.14.0")
    publish_chapter(write(), "fourth", 4)
    assert "2 of 3 chapters verified on torch 2.13.0 to 2.14.0" in read(client, "/courses/small/")


def test_two_editors_try_beside_each_other(client: Client, chapter: Chapter, editor: User, commit: Commit) -> None:
    other = Client()
    other.force_login(build_editor("otto@example.org"))
    with commit():
        client.post(TRYING, {"source": write()})
        other.post(TRYING, {"source": write()})
    at_work = Trial.objects.filter(run__isnull=False).values_list("verification__editor__name", flat=True)
    assert sorted(at_work) == ["Edith", "Otto"]


def test_without_a_text_the_kept_draft_is_tried_or_the_live_text(
    client: Client, chapter: Chapter, editor: User
) -> None:
    client.post(TRYING)
    assert Trial.objects.count() == 4
    Draft.objects.create(
        chapter=chapter,
        editor=editor,
        base=1,
        figures=dict(FIGURES),
        source=write(("## Summary", f"{list_with('more', '1', '1')}\n## Summary")),
    )
    client.post(TRYING)
    assert Trial.objects.filter(key="more", verification__editor=editor).count() == 1


@pytest.mark.parametrize(
    ("source", "words"), [("# Oh\n<b>", "Line 1:"), ("x" * 400_001, "over 400 kB"), ("a\0b", "Null characters")]
)
def test_a_text_that_cannot_be_read_is_explained(
    client: Client, chapter: Chapter, editor: User, source: str, words: str
) -> None:
    for headers in ({}, HTMX):
        answer = client.post(TRYING, {"source": source}, headers=headers)
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert "<b>" not in answer.content.decode()
    assert not Verification.objects.exists()


def test_a_try_that_is_overtaken_stops_what_runs_for_it(
    client: Client, chapter: Chapter, editor: User, commit: Commit
) -> None:
    with commit():
        client.post(TRYING, {"source": write()})
    runs = list(Run.objects.all())
    with commit():
        client.post(TRYING, {"source": write(("Done.", "Better."))})
    assert [run.state for run in Run.objects.filter(pk__in=[run.pk for run in runs])] == ["stopped"] * len(runs)
    assert Trial.objects.count() == 4


def test_what_runs_for_the_site_is_in_nobody_s_sight(client: Client, chapter: Chapter, commit: Commit) -> None:
    with commit():
        verify(chapter)
    run = Run.objects.get()
    admin = build_editor("root@example.org", Role.ADMIN)
    client.force_login(admin)
    assert client.get(f"/runs/{run.pk}/").status_code == 404
    assert str(run.pk) not in read(client, "/runs/")
    assert str(run.pk) not in read(client, "/admin/runs/run/")
    assert "services.invalid" not in read(client, "/admin/accounts/user/")
    assert live(chapter)
