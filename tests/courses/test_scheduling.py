"""A text goes live at its time, once; what cannot is said to its author, and is not lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.core.mail import EmailMessage
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.accounts.roles import withdraw
from apps.courses.models import Chapter, Course, Draft, Revision, Schedule
from apps.courses.scheduling import publish_due

from .editing import BETTER, PAGE, form, log_in
from .texts import CHAPTER, build_chapter, build_editor, publish_text, replaced

pytestmark = pytest.mark.django_db

LATER = f"{PAGE}schedule/"
TOMORROW = timezone.now().replace(microsecond=0, second=0) + timedelta(days=1)


def at(moment: datetime = TOMORROW, **more: object) -> dict[str, object]:
    return form(at=f"{moment:%Y-%m-%dT%H:%M}") | more


def make_due() -> None:
    Schedule.objects.filter(state="pending").update(at=timezone.now() - timedelta(seconds=1))


def test_a_text_goes_live_at_its_time_and_once(client: Client, chapter: Chapter, editor: User) -> None:
    assert "goes live at the time you chose" in client.post(LATER, at(), follow=True).content.decode()
    pending = Schedule.objects.get()
    assert (pending.at, pending.source, pending.note) == (TOMORROW, BETTER, "Better words")
    assert publish_due() == 0
    make_due()
    assert [publish_due(), publish_due()] == [1, 0]
    chapter.refresh_from_db()
    live = chapter.live_revision
    assert (live.number, live.source, live.author, live.note) == (2, BETTER, editor, "Better words")
    pending.refresh_from_db()
    assert (pending.state, pending.revision) == ("published", live)
    assert not Draft.objects.exists()


def test_what_was_written_since_stays_a_draft(client: Client, chapter: Chapter, editor: User) -> None:
    client.post(LATER, at())
    client.post(f"{PAGE}draft/", form("and more", version=Draft.objects.get().version))
    make_due()
    assert publish_due() == 1
    assert Draft.objects.get().source == "and more"


@pytest.mark.parametrize(
    ("spoiled", "reason"),
    [
        ("stale", "Revision 2 was published meanwhile"),
        ("reference", "no chapter “second”"),
        ("role", "no editor any more"),
        ("review", "needs a review now"),
    ],
)
def test_what_cannot_go_live_is_told_and_kept(
    client: Client,
    chapter: Chapter,
    editor: User,
    spoiled: str,
    reason: str,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: type,
) -> None:
    client.post(LATER, at())
    client.post(f"{PAGE}draft/discarding/")
    match spoiled:
        case "stale":
            publish_text(chapter, replaced(("Done.", "Otto's.")), base=1)
        case "reference":
            Chapter.objects.filter(slug="second").delete()
        case "role":
            withdraw(actor=None, person=editor, role=Role.EDITOR)
        case "review":
            Course.objects.update(needs_review=True)
    make_due()
    before = Revision.objects.count()
    with django_capture_on_commit_callbacks(execute=True):
        assert publish_due() == 0
    assert Revision.objects.count() == before
    failed = Schedule.objects.get()
    assert failed.state == "failed"
    assert reason in failed.reason
    assert Draft.objects.get().source == BETTER
    [mail] = mailoutbox
    assert (mail.to, mail.subject) == ([editor.email], "Not published: A small chapter")
    assert reason in mail.body
    if spoiled != "role":
        assert reason in client.get("/editing/").content.decode()


def test_it_can_be_moved_and_cancelled(client: Client, chapter: Chapter, editor: User) -> None:
    client.post(LATER, at())
    assert "goes live on" in client.get(PAGE).content.decode()
    client.post(f"{LATER}time/", at(TOMORROW + timedelta(days=1)))
    assert Schedule.objects.get().at == TOMORROW + timedelta(days=1)
    assert "has passed" in client.post(f"{LATER}time/", at(TOMORROW - timedelta(days=3)), follow=True).content.decode()
    client.post(f"{LATER}cancelling/")
    assert Schedule.objects.get().state == "cancelled"
    again = [client.post(f"{LATER}{what}/", at(), follow=True).content.decode() for what in ("time", "cancelling")]
    assert all("Nothing is waiting to go live here any more." in page for page in again)


def test_a_new_time_for_a_new_text_takes_the_place_of_one_s_own(client: Client, chapter: Chapter, editor: User) -> None:
    client.post(LATER, at())
    client.post(LATER, at(source=replaced(("Done.", "Best.")), version=Draft.objects.get().version))
    assert [each.state for each in Schedule.objects.order_by("id")] == ["cancelled", "pending"]


def test_two_editors_agree_first(client: Client, chapter: Chapter, editor: User, other: User) -> None:
    client.post(LATER, at())
    refused = log_in(other).post(LATER, at(source=replaced(("Done.", "Otto's."))))
    assert refused.status_code == 409
    assert "Edith’s text is to go live" in refused.content.decode()
    assert Draft.objects.get(editor=other).source == replaced(("Done.", "Otto's."))
    with pytest.raises(IntegrityError), transaction.atomic():
        Schedule.objects.create(chapter=chapter, author=other, base=1, source="x", note="x", at=TOMORROW)


@pytest.mark.parametrize(
    ("sent", "words", "status"),
    [
        ({"at": ""}, "Choose a day and a time", 422),
        ({"at": "soon"}, "This is no time", 422),
        ({"at": "2020-01-01T10:00"}, "has passed", 422),
        ({"at": "2199-01-01T10:00"}, "more than a year away", 422),
        ({"zone": "Mars/Crater"}, "time zone is not known", 422),
        ({"zone": "../../etc/passwd"}, "time zone is not known", 422),
        ({"at": "2027-03-28T02:30", "zone": "Europe/Berlin"}, "Clocks skip this time", 422),
        ({"note": ""}, "Say in one sentence", 422),
        ({"source": "# No\n"}, "Please mend this first", 422),
        ({"base": 0}, "somebody was faster", 409),
    ],
)
def test_what_cannot_be_planned_is_said(
    client: Client, chapter: Chapter, editor: User, sent: dict[str, object], words: str, status: int
) -> None:
    answer = client.post(LATER, at() | sent)
    assert answer.status_code == status
    assert words in answer.content.decode()
    assert not Schedule.objects.exists()


def test_the_clock_of_the_browser_is_heeded(client: Client, chapter: Chapter, editor: User) -> None:
    client.post(LATER, at(datetime(2027, 7, 1, 9, 30), zone="Europe/Berlin"))
    assert Schedule.objects.get().at == datetime(2027, 7, 1, 7, 30, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_two_workers_publish_it_once() -> None:
    chapter, editor = build_chapter(), build_editor()
    publish_text(chapter)
    due = timezone.now() - timedelta(seconds=1)
    schedule = Schedule.objects.create(chapter=chapter, author=editor, base=1, source=BETTER, note="x", at=due)
    Schedule.objects.filter(pk=schedule.pk).update(figures=Revision.objects.get().figures)

    def work() -> int:
        try:
            return publish_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        counts = [each.result() for each in [workers.submit(work) for _ in range(4)]]
    assert sum(counts) + publish_due() == 1
    assert Revision.objects.count() == 2
    assert CHAPTER != BETTER
