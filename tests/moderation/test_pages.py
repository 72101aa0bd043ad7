"""The pages of moderators, and who may not see them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import Role, User
from apps.conduct.models import Act, Appeal, Filter, Sanction, Verb
from apps.conduct.sanctioning import silence, suspend
from apps.discussions.models import State, Thread
from apps.moderation.models import CannedReply, Flag, ReviewItem
from apps.notices.models import Notice
from tests.conduct.people import build_course, build_moderator, build_person
from tests.discussions.talks import build_reply

from .cases import Case, build_admin, find_reason

pytestmark = pytest.mark.django_db
GETS = ["queue", "log", "filters", "replies"]


@pytest.fixture
def case() -> Case:
    return Case()


def log_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page_of(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def decide(client: Client, item: ReviewItem, **fields: object) -> int:
    known = {"version": item.version, "outcome": "agree", "fate": "hide", "reason": "Spam"}
    return client.post(f"/moderation/items/{item.pk}/decision/", known | fields).status_code


def list_routes(case: Case) -> list[tuple[str, str]]:
    """Method and address of everything that only moderators may do."""
    case.flag()
    sanction = silence(actor=case.mo, person=case.eve, course=case.chapter.course, reason="X", ends_at=None)
    kept = CannedReply.objects.create(title="T", body="B", course=case.chapter.course)
    made = Filter.objects.create(kind="word", pattern="gold", course=case.chapter.course)
    item, post, thread = case.item().pk, case.spam.pk, case.first.thread_id
    gets = [
        *map(reverse, (f"moderation:{name}" for name in GETS)),
        f"/moderation/items/{item}/",
        f"/moderation/posts/{post}/",
    ]
    gets += [f"/moderation/threads/{thread}/", f"/moderation/people/{case.eve.pk}/", f"/moderation/replies/{kept.pk}/"]
    posts = ["/moderation/clearing/", f"/moderation/items/{item}/claim/", f"/moderation/items/{item}/decision/"]
    posts += [f"/moderation/posts/{post}/{way}/" for way in ("hiding", "restoring", "release", "deletion")]
    posts += [
        f"/moderation/threads/{thread}/{way}/" for way in ("locking", "unlocking", "pinning", "unpinning", "hiding")
    ]
    posts += [f"/moderation/threads/{thread}/{way}/" for way in ("deletion", "slowness", "move", "merger", "split")]
    posts += [f"/moderation/people/{case.eve.pk}/sanctions/", f"/moderation/sanctions/{sanction.pk}/lifting/"]
    posts += [f"/moderation/people/{case.eve.pk}/charges/"]
    posts += ["/moderation/filters/", f"/moderation/filters/{made.pk}/removal/", "/moderation/replies/"]
    posts += [f"/moderation/replies/{kept.pk}/", f"/moderation/replies/{kept.pk}/removal/"]
    return [("get", each) for each in gets] + [("post", each) for each in posts]


def test_who_may_not(case: Case) -> None:
    """Visitors are asked to log in, members and editors refused; a moderator of another course sees and does nothing here."""
    routes = list_routes(case)
    before = (Act.objects.count(), case.read().state, Filter.objects.count(), CannedReply.objects.count())
    stranger = build_moderator("Stranger", build_course("other"))
    for person, allowed in ((None, {302}), (case.ada, {403}), (build_person("Ed", Role.EDITOR), {403})):
        client = log_in(person) if person else Client()
        for method, address in routes:
            assert getattr(client, method)(address).status_code in allowed, (person, address)
    client, fields = log_in(stranger), {"reason": "X", "seconds": 30, "kind": "silence", "days": "7", "version": 1}
    for method, address in routes:
        status = getattr(client, method)(address, fields if method == "post" else {}).status_code
        wide = {*map(reverse, (f"moderation:{name}" for name in GETS)), f"/moderation/people/{case.eve.pk}/"}
        assert status == 200 if method == "get" and address in wide else status in (403, 404, 422), address
    added = Act.objects.count() - before[0] - Act.objects.filter(verb=Verb.CHARGE, person=stranger).count()
    assert (added, case.read().state, Filter.objects.count(), CannedReply.objects.count()) == (0, *before[1:])
    client = log_in(case.mo)
    assert [address for method, address in routes if method == "get" and client.get(address).status_code != 200] == []


def test_a_member_flags_and_takes_it_back(case: Case, client: Client) -> None:
    address = f"/moderation/posts/{case.spam.pk}/flag/"
    assert client.get(address).status_code == 302
    client = log_in(case.ada)
    assert "What is wrong?" in page_of(client, address)
    assert client.post(address, {}).status_code == 422
    needy = find_reason("odd")
    needy.needs_note = True
    needy.save()
    assert client.post(address, {"reason": needy.pk}).status_code == 422
    assert client.post(address, {"reason": needy.pk, "note": "Look"}).status_code == 302
    assert "Take the flag back" in page_of(client, address)
    assert log_in(case.eve).get(address).status_code == 403
    assert log_in(case.ada).post(f"{address}withdrawal/").status_code == 302
    assert Flag.objects.get().outcome == "withdrawn"


def test_the_queue_costs_the_same_for_one_item_and_for_ten(case: Case) -> None:
    client = log_in(case.mo)
    case.flag()
    counts = []
    for more in (0, 9):
        for number in range(more):
            case.flag(build_reply(case.first, case.eve, f"Buy {number}"))
        with CaptureQueriesContext(connection) as queries:
            page_of(client, "/moderation/")
        counts.append(len(queries))
    assert counts[0] == counts[1]
    page = page_of(client, "/moderation/?sort=oldest&why=flagged")
    assert len(re.findall('name="items"', page)) == 10
    assert "Queue, 10 waiting" in page
    for bad in (
        "?after=x",
        "?after=nan~9999999999999999999",
        "?sort=oldest&after=2026-01-01~1",
        "?why=odd",
        "?course=x",
    ):
        assert client.get(f"/moderation/{bad}").status_code == 404


def test_pages_of_the_queue_reach_every_item_once(case: Case) -> None:
    for number in range(45):
        case.flag(build_reply(case.first, case.eve, f"Buy {number}"), case.di if number % 2 else case.ada)
    ReviewItem.objects.update(score=F("id") % 3, opened_at=Now() - F("id") % 7 * timedelta(hours=1))
    client = log_in(build_person("Max", Role.MODERATOR))
    for sort, order in (("heaviest", ("-score", "id")), ("oldest", ("opened_at", "id"))):
        seen: list[int] = []
        after = ""
        while True:
            answer = client.get("/moderation/", {"sort": sort, "after": after})
            seen += map(int, re.findall(r'id="tick-(\d+)"', answer.content.decode()))
            after = answer.context["page"].next
            if not after:
                break
        assert seen == list(ReviewItem.objects.order_by(*order).values_list("pk", flat=True))
        assert len(seen) == 45


def test_a_decision_by_form_and_the_conflict_that_keeps_the_words(case: Case) -> None:
    case.flag_by_many()
    item = case.item()
    mo, di = log_in(case.mo), log_in(case.di)
    assert "Buy gold." in page_of(mo, f"/moderation/items/{item.pk}/")
    assert decide(mo, item, outcome="") == 422
    assert decide(mo, item, reason="") == 422
    assert decide(mo, item, sanction="warn") == 302
    answer = di.post(
        f"/moderation/items/{item.pk}/decision/",
        {"version": item.version, "outcome": "disagree", "reason": "My long words"},
    )
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Mo was faster" in page
    assert "My long words" in page
    assert "hid a post" in page
    assert case.read().state == State.HIDDEN
    assert Sanction.objects.get().kind == "warn"


def test_kept_words_are_taken_as_reason(case: Case) -> None:
    case.flag()
    client = log_in(case.mo)
    fields = {"title": "Ads", "body": "No advertisements here.", "course": case.chapter.course_id}
    assert client.post("/moderation/replies/", fields).status_code == 302
    assert client.post("/moderation/replies/", fields).status_code == 422
    assert client.post("/moderation/replies/", fields | {"course": ""}).status_code == 422
    kept = CannedReply.objects.get()
    assert decide(client, case.item(), reason="", canned=kept.pk) == 302
    assert Act.objects.get(verb=Verb.HIDE).reason == "No advertisements here."
    assert client.post(f"/moderation/replies/{kept.pk}/", fields | {"title": "Adverts"}).status_code == 302
    assert client.post(f"/moderation/replies/{kept.pk}/removal/").status_code == 302
    assert not CannedReply.objects.exists()


def test_filters_are_added_and_removed_and_leave_a_trace(case: Case) -> None:
    client, course = log_in(case.mo), case.chapter.course_id
    fields = {"kind": "link", "pattern": "https://WWW.evil.com/", "action": "refuse", "course": course}
    assert client.post("/moderation/filters/", fields).status_code == 302
    assert client.post("/moderation/filters/", fields).status_code == 422
    assert client.post("/moderation/filters/", fields | {"course": ""}).status_code == 422
    assert (made := Filter.objects.get()).pattern == "evil.com"
    assert client.post(f"/moderation/filters/{made.pk}/removal/").status_code == 302
    assert Act.objects.filter(verb=Verb.FILTER).count() == 2
    assert not Filter.objects.exists()


def test_many_items_by_form(case: Case) -> None:
    for number in range(2):
        case.flag(build_reply(case.first, case.eve, f"Buy {number}"))
    ticks = [f"{item.pk}:{item.version}" for item in ReviewItem.objects.all()]
    client = log_in(case.mo)
    assert client.post("/moderation/clearing/", {"outcome": "hide", "reason": "Spam"}).status_code == 422
    assert client.post("/moderation/clearing/", {"items": ["x"], "outcome": "hide"}).status_code == 422
    assert client.post("/moderation/clearing/", {"items": ticks, "outcome": "hide", "reason": ""}).status_code == 422
    assert (
        client.post("/moderation/clearing/", {"items": ticks, "outcome": "hide", "reason": "Spam"}).status_code == 302
    )
    assert not ReviewItem.objects.filter(state="open").exists()


def test_the_log_is_filtered_and_everybody_reads_a_redacted_one(case: Case, client: Client) -> None:
    case.flag()
    decide(log_in(case.mo), case.item(), sanction="silence", reason="Advertising")
    mine = log_in(case.di)
    assert "Eve" in page_of(mine, "/moderation/log/?verb=hide&person=eve&actor=Mo&since=2026-01-01")
    assert "Nothing was done" in page_of(mine, "/moderation/log/?person=nobody")
    assert page_of(mine, "/moderation/log/?verb=odd", 404)
    public = page_of(client, "/conduct/log/")
    assert "silenced somebody (a member)" in public
    assert "Advertising" in public
    for secret in ("Eve", "Ada", "Buy gold", "Stranger"):
        assert not re.search(rf"\b{secret}\b", public)
    assert page_of(client, "/conduct/log/?before=1")
    assert page_of(client, "/conduct/log/?before=x", 404)


def test_a_person_s_page_sanctions_and_lifts(case: Case) -> None:
    client, address = log_in(case.mo), f"/moderation/people/{case.eve.pk}/"
    fields = {"kind": "silence", "course": case.chapter.course_id, "days": "7", "reason": "Spam"}
    assert client.post(f"{address}sanctions/", fields | {"reason": ""}).status_code == 422
    assert client.post(f"{address}sanctions/", fields | {"kind": "suspend"}).status_code == 403
    assert client.post(f"{address}sanctions/", fields | {"course": ""}).status_code == 403
    assert client.post(f"{address}sanctions/", fields).status_code == 302
    assert client.post(f"{address}sanctions/", fields).status_code == 409
    sanction = Sanction.objects.get()
    assert sanction.ends_at
    assert "Lift it" in page_of(client, address)
    assert client.post(f"/moderation/sanctions/{sanction.pk}/lifting/", {"reason": "Enough"}).status_code == 302
    assert client.post(f"/moderation/sanctions/{sanction.pk}/lifting/", {"reason": "Enough"}).status_code == 409
    assert "Nobody acts on an admin" in page_of(client, f"/moderation/people/{build_admin().pk}/")
    assert log_in(case.mo).get(f"/moderation/people/{case.mo.pk}/").status_code == 200


def test_a_suspended_person_reads_why_and_appeals_after_the_password_or_by_letter(case: Case) -> None:
    case.eve.set_password("correct horse battery")
    case.eve.save()
    boss = build_admin()
    before = log_in(case.eve)
    act = suspend(actor=boss, person=case.eve, reason="Threats", ends_at=None).act
    address = f"/conduct/{act.pk}/"
    visitor = Client()
    assert visitor.get(address).status_code == 404
    assert log_in(case.ada).get(address).status_code == 404
    assert visitor.get("/conduct/").status_code == 302
    sent = visitor.post("/accounts/login/", {"login": "eve@example.org", "password": "correct horse battery"})
    assert sent.headers["Location"] == "/accounts/inactive/"
    assert address in page_of(visitor, "/conduct/")
    assert "Threats" in page_of(visitor, address)
    letter = Notice.objects.get(recipient=case.eve).address
    other = Client()
    assert "Threats" in page_of(other, letter)
    assert other.get(f"{address}?key=wrong").status_code == 404
    assert visitor.post(address, {"text": ""}).status_code == 422
    key = letter.partition("key=")[2]
    assert other.post(address, {"text": "It was a quotation.", "key": key}).status_code == 302
    assert visitor.post(address, {"text": "Again"}).status_code == 409
    item = ReviewItem.objects.get(appeal=Appeal.objects.get())
    assert log_in(boss).get(f"/moderation/items/{item.pk}/").status_code == 404, "who acted does not decide"
    assert log_in(case.mo).get(f"/moderation/items/{item.pk}/").status_code == 404, "nor who moderates one course"
    judge = log_in(build_person("Judge", Role.MODERATOR))
    assert re.search("Eve: .*It was a quotation", page_of(judge, "/moderation/"), re.DOTALL)
    assert "It was a quotation." in page_of(judge, f"/moderation/items/{item.pk}/")
    fields = {"version": item.version, "verdict": "grant", "answer": "So it was."}
    assert judge.post(f"/moderation/items/{item.pk}/decision/", fields | {"answer": ""}).status_code == 422
    assert judge.post(f"/moderation/items/{item.pk}/decision/", fields).status_code == 302
    assert judge.post(f"/moderation/items/{item.pk}/decision/", fields).status_code == 409
    assert before.get("/accounts/profile/").status_code == 302, "the old session is gone for good"
    assert "So it was." in page_of(log_in(User.objects.get(pk=case.eve.pk)), address)


def test_thread_tools_by_form(case: Case, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    client, address = log_in(case.mo), f"/moderation/threads/{case.first.thread_id}/"
    assert client.post(f"{address}locking/", {}).status_code == 422
    for way, fields in (
        ("locking", {"reason": "Heated"}),
        ("slowness", {"seconds": 300}),
        ("pinning", {}),
        ("hiding", {"reason": "X"}),
    ):
        assert client.post(f"{address}{way}/", fields).status_code == 302, way
        assert client.post(f"{address}{way}/", fields).status_code == 409, way
    assert client.post(f"{address}slowness/", {"seconds": "-1"}).status_code == 422
    assert client.post(f"{address}nonsense/", {}).status_code == 404
    thread = Thread.objects.get(pk=case.first.thread_id)
    assert (thread.state, thread.slow_seconds, bool(thread.locked_at), bool(thread.pinned_at)) == (
        "hidden",
        300,
        True,
        True,
    )
    assert client.post(f"{address}split/", {"title": "New", "posts": str(case.spam.pk)}).status_code == 302
    assert Thread.objects.count() == 2
    with django_assert_max_num_queries(30):
        page_of(client, address)
