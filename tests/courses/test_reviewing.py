"""A second pair of eyes: asked, answered, told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.courses.models import Chapter, Course, Draft, Review, Revision, Schedule
from apps.courses.reviewing import approve
from apps.courses.scheduling import publish_due

from .editing import BETTER, PAGE, form, log_in
from .texts import build_editor, publish_text, replaced

pytestmark = pytest.mark.django_db


@pytest.fixture
def review(client: Client, chapter: Chapter, editor: User) -> Review:
    """Edith, who is logged in as `client`, has handed a text in."""
    answer = client.post(f"{PAGE}review/", form(word="Is the end right?"))
    review = Review.objects.get()
    assert answer.headers["Location"] == f"/editing/reviews/{review.pk}/"
    return review


def place(review: Review, what: str = "") -> str:
    return f"/editing/reviews/{review.pk}/{what}"


def test_others_see_what_waits_for_them(client: Client, review: Review, other: User) -> None:
    assert "Waiting for you" in (index := log_in(other).get("/editing/").content.decode())
    assert place(review) in index
    own = client.get("/editing/").content.decode()
    assert "Waiting for you" not in own
    assert "waits for a review" in own
    assert "Your text waits for a review." in client.get(PAGE).content.decode()
    page = log_in(other).get(place(review)).content.decode()
    assert "Is the end right?" in page
    assert "<ins>Better</ins>" in page
    assert "<p>Better.</p>" in page
    assert "Approve and publish" in page
    assert "Approve and publish" not in client.get(place(review)).content.decode()


def test_an_approved_text_is_live_under_its_author_s_name(
    client: Client,
    review: Review,
    editor: User,
    other: User,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: type,
) -> None:
    Course.objects.update(needs_review=True)
    with django_capture_on_commit_callbacks(execute=True):
        log_in(other).post(place(review, "approval/"), {"answer": "Lovely."})
    live = Revision.objects.get(number=2)
    assert (live.source, live.author, live.note) == (BETTER, editor, "Better words")
    review.refresh_from_db()
    assert (review.state, review.decided_by, review.revision) == ("approved", other, live)
    assert not Draft.objects.exists()
    assert "approved by Otto, it went live as revision 2" in client.get("/editing/").content.decode()
    [mail] = mailoutbox
    assert (mail.to, mail.subject) == ([editor.email], "Approved: A small chapter")
    assert "Lovely." in mail.body


def test_a_returned_text_is_its_author_s_draft_again(
    client: Client,
    review: Review,
    editor: User,
    other: User,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: type,
) -> None:
    client.post(f"{PAGE}draft/discarding/")
    reviewer = log_in(other)
    assert "Say to the author what is missing" in reviewer.post(place(review, "returning/")).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        reviewer.post(place(review, "returning/"), {"answer": "The end is missing."})
    page = client.get(PAGE).content.decode()
    assert "Otto returned your text: “The end is missing.”" in page
    assert "\nBetter.\n" in page
    assert mailoutbox[0].subject == "Returned: A small chapter"
    late = reviewer.post(place(review, "approval/"))
    assert late.status_code == 409
    assert "This review is closed" in late.content.decode()
    assert Revision.objects.count() == 1


def test_nobody_approves_their_own_text(client: Client, review: Review, editor: User, other: User) -> None:
    for what in ("approval/", "returning/"):
        assert client.post(place(review, what), {"answer": "Fine."}).status_code == 403
    admin = build_editor("ada@example.org", Role.ADMIN)
    own = Review.objects.create(chapter=review.chapter, author=admin, base=1, source=BETTER, note="x")
    with pytest.raises(PermissionDenied):
        approve(review=own, reviewer=admin, answer="")
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.filter(pk=own.pk).update(decided_by=admin)
    assert log_in(other).post(place(review, "withdrawal/")).status_code == 403
    assert Revision.objects.count() == 1


def test_what_was_overtaken_is_merged_by_its_author_first(
    client: Client, review: Review, chapter: Chapter, other: User
) -> None:
    publish_text(chapter, replaced(("None.", "Several.")), base=1, author=other)
    reviewer = log_in(other)
    assert "Approve and publish" not in reviewer.get(place(review)).content.decode()
    refused = reviewer.post(place(review, "approval/"))
    assert refused.status_code == 409
    assert "Its author has to merge it" in refused.content.decode()
    assert Review.objects.get().state == "open"
    draft = Draft.objects.get()
    client.post(f"{PAGE}merge/", {"onto": 2, "version": str(draft.version)})
    draft.refresh_from_db()
    client.post(f"{PAGE}review/", form(draft.source, base=2, version=draft.version))
    assert [each.state for each in Review.objects.order_by("id")] == ["withdrawn", "open"]
    reviewer.post(place(Review.objects.get(state="open"), "approval/"))
    assert Revision.objects.get(number=3).source == replaced(("Done.", "Better."), ("None.", "Several."))


def test_comments_stand_at_their_lines(client: Client, review: Review, other: User) -> None:
    reviewer = log_in(other)
    for line, text in (("3", "Which?"), ("", "Well done <b>you</b>"), ("99999", "Far out")):
        assert reviewer.post(place(review, "comments/"), {"line": line, "text": text}).status_code == 302
    page = client.get(place(review)).content.decode()
    assert 'on <a href="#line-3">line 3</a>' in page
    assert "Well done &lt;b&gt;you&lt;/b&gt;" in page
    assert page.count(", on all of it") == 2
    for sent in ({"text": ""}, {"text": "x", "line": "-1"}, {"text": "x" * 2_001}, {"text": "a\0b"}):
        assert reviewer.post(place(review, "comments/"), sent).status_code == 422


def test_an_author_takes_a_text_back(client: Client, review: Review, other: User) -> None:
    client.post(place(review, "withdrawal/"))
    assert Review.objects.get().state == "withdrawn"
    assert "Waiting for you" not in log_in(other).get("/editing/").content.decode()
    assert log_in(other).post(place(review, "approval/")).status_code == 409
    assert Draft.objects.get().source == BETTER


def test_where_a_review_is_needed_publishing_is_not_offered(client: Client, chapter: Chapter, editor: User) -> None:
    Course.objects.update(needs_review=True)
    page = client.get(PAGE).content.decode()
    assert ">Publish</button>" not in page
    assert "Publish at this time" not in page
    refused = client.post(PAGE, form())
    assert refused.status_code == 409
    assert "another editor approves a text first" in refused.content.decode()
    assert (Revision.objects.count(), Draft.objects.get().source) == (1, BETTER)


@pytest.mark.parametrize(
    ("sent", "status"),
    [({"note": ""}, 422), ({"source": "# No"}, 422), ({"base": 0}, 409), ({"word": "x" * 2_001}, 422)],
)
def test_what_cannot_be_reviewed_is_not_handed_in(
    client: Client, chapter: Chapter, editor: User, sent: dict[str, object], status: int
) -> None:
    assert client.post(f"{PAGE}review/", form() | sent).status_code == status
    assert not Review.objects.exists()


def test_what_is_approved_for_a_time_goes_live_then_and_as_it_was_approved(
    client: Client,
    review: Review,
    other: User,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: type,
) -> None:
    Course.objects.update(needs_review=True)
    reviewer, tomorrow = log_in(other), f"{timezone.now() + timedelta(days=1):%Y-%m-%dT%H:%M}"
    with django_capture_on_commit_callbacks(execute=True):
        page = reviewer.post(place(review, "approval/"), {"at": tomorrow}, follow=True).content.decode()
    assert "goes live at the time you chose" in page
    assert "it goes live on" in page
    assert (mailoutbox[0].subject, Revision.objects.count()) == ("Approved: A small chapter", 1)
    assert "and it goes live at" in mailoutbox[0].body
    assert "it goes live on" in client.get("/editing/").content.decode()

    changed = form(replaced(("None.", "Unseen.")), version=Draft.objects.get().version)
    for address, more in ((PAGE, {}), (f"{PAGE}schedule/", {"at": tomorrow})):
        refused = client.post(address, changed | more)
        assert refused.status_code == 409
        assert "another editor approves a text first" in refused.content.decode()
        changed["version"] = Draft.objects.get().version

    Schedule.objects.update(at=timezone.now() - timedelta(seconds=1))
    assert publish_due() == 1
    assert Revision.objects.get(number=2).source == BETTER
    assert "Unseen." in Draft.objects.get().source
    assert "it went live as revision 2" in reviewer.get(place(review)).content.decode()


def test_an_approval_holds_for_the_very_text(client: Client, review: Review, other: User) -> None:
    Course.objects.update(needs_review=True)
    at = timezone.now() + timedelta(days=1)
    due = approve(review=review, reviewer=other, answer="", at=at).schedule
    assert due
    Schedule.objects.update(at=timezone.now() - timedelta(seconds=1), source=replaced(("None.", "Slipped in.")))
    assert publish_due() == 0
    due.refresh_from_db()
    assert (due.state, Revision.objects.count()) == ("failed", 1)
    assert "needs a review now" in due.reason
    assert "it could not go live at its time" in client.get(place(review)).content.decode()


@pytest.mark.parametrize(
    ("at", "status", "words"), [("2020-01-01T10:00", 409, "has passed"), ("soon", 422, "This is no time")]
)
def test_a_time_that_cannot_be_leaves_the_review_open(
    client: Client, review: Review, other: User, at: str, status: int, words: str
) -> None:
    refused = log_in(other).post(place(review, "approval/"), {"at": at})
    assert refused.status_code == status
    assert words in refused.content.decode()
    review.refresh_from_db()
    assert (review.state, Schedule.objects.count()) == ("open", 0)
