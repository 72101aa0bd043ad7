"""What people wish to be told: in their pages, by the links in mails, and by the button of the mail program."""

from __future__ import annotations

import re

import pytest
from allauth.account.signals import email_changed
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.notices import links
from apps.notices.claiming import Round
from apps.notices.mailing import mail_some
from apps.notices.models import Kind, Notice, Pace, Wishes
from tests.conduct.people import build_person
from tests.notices.builders import let_time_pass, say, wish
from tests.notices.test_pages import log_in

pytestmark = pytest.mark.django_db

PAGE = "/notices/wishes/"
FORM = {f"pace-{kind}": "never" for kind in Kind} | {"shown-reply": "on"}


def get_letter(person: User) -> mail.EmailMessage:
    wish(person, Pace.DAILY)
    say(person)
    let_time_pass()
    mail_some(Round(Pace.DAILY, timezone.now()))
    return mail.outbox[-1]


def find_stop(letter: mail.EmailMessage) -> str:
    header = letter.extra_headers["List-Unsubscribe"]
    assert re.fullmatch(r"<http://[^>]+>", header)
    return str(header[1:-1]).removeprefix(settings.SITE_URL)


def test_wishes_are_kept_and_what_waits_follows() -> None:
    ada = build_person("Ada")
    notice = say(ada)
    client = log_in(ada)
    assert 'value="weekly" selected' in client.get(PAGE).content.decode()
    assert client.post(PAGE, FORM | {"pace-followed": "daily"}).status_code == 302
    wishes = Wishes.objects.get(person=ada)
    assert (wishes.paces["followed"], wishes.paces["mention"]) == (Pace.DAILY, Pace.NEVER)
    assert "reply" not in wishes.unshown
    assert {"followed", "mention"} <= set(wishes.unshown)
    assert {"decision", "queue"}.isdisjoint({*wishes.paces, *wishes.unshown})
    notice.refresh_from_db()
    assert notice.pace == Pace.DAILY
    client.post(PAGE, FORM)
    client.post(PAGE, FORM | {"pace-followed": "daily"})
    notice.refresh_from_db()
    assert notice.pace == Pace.NEVER, "what was once given up is not mailed later"


def test_a_browser_says_where_its_clock_stands() -> None:
    ada, address = build_person("Ada"), "/notices/zone/"
    client = log_in(ada)
    assert "08:00 UTC" in client.get(PAGE).content.decode()
    for zone in ("Europe/Berlin", "America/Argentina/Buenos_Aires", "Asia/Kolkata"):
        assert client.post(address, {"zone": zone}).status_code == 204
    for bad in ("", "Europe/Atlantis", "x'; --", "A" * 65, "UTC+3", "Europe/Ber\0lin"):
        assert client.post(address, {"zone": bad}).status_code == 422, bad
    assert Wishes.objects.get(person=ada).zone == "Asia/Kolkata"
    assert "(Asia/Kolkata)" in client.get(PAGE).content.decode()
    assert client.post(PAGE, FORM).status_code == 302
    assert Wishes.objects.get(person=ada).zone == "Asia/Kolkata"
    assert client.get(address).status_code == 405
    assert Client().post(address, {"zone": "UTC"}).status_code == 302, "a visitor is asked to log in"


def test_bad_wishes_are_told_and_change_nothing() -> None:
    ada = build_person("Ada")
    client = log_in(ada)
    for bad in ({"pace-reply": "hourly"}, {"pace-reply": ""}):
        answer = client.post(PAGE, FORM | bad)
        assert answer.status_code == 422
        assert "That was not kept" in answer.content.decode()
    assert not Wishes.objects.exists()
    assert client.get(PAGE).status_code == 200
    assert not Wishes.objects.exists()


@pytest.mark.parametrize("role", [None, Role.MODERATOR])
def test_what_waits_for_moderators_is_asked_of_moderators(role: Role | None) -> None:
    person = build_person("Ada", *filter(None, [role]))
    assert ("Something waits for you" in log_in(person).get(PAGE).content.decode()) == (role is not None)


def test_the_button_of_the_mail_program_stops_all_mails_with_one_request() -> None:
    ada = build_person("Ada")
    letter = get_letter(ada)
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    machine = Client(enforce_csrf_checks=True)
    address = find_stop(letter)
    assert machine.get(address).status_code == machine.head(address).status_code == 200
    assert Wishes.objects.get().paces["followed"] == Pace.DAILY, "a program that looks at links stops nothing"
    for _ in range(2):
        assert machine.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert set(Wishes.objects.get().paces.values()) == {Pace.NEVER, Pace.DAILY}  # decisions stay as they are
    say(ada, "thing:2")
    let_time_pass()
    mail.outbox.clear()
    assert mail_some(Round(Pace.DAILY, timezone.now())) is None
    assert mail.outbox == []
    assert Notice.objects.filter(event="thing:2", read_at=None).exists(), "the page still shows it"


def test_the_link_opens_the_wishes_without_a_log_in_and_only_these() -> None:
    ada, bob = build_person("Ada"), build_person("Bob")
    letter, client = get_letter(ada), Client()
    [address] = {
        found.removeprefix(settings.SITE_URL)
        for found in re.findall(r"http\S+/notices/links/[^/\s]+/(?=\s)", str(letter.body))
    }
    page = client.get(address)
    assert "These are the wishes of Ada" in page.content.decode()
    assert "ada@example.org" not in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    assert client.post(address, FORM | {"pace-mention": "weekly"}).status_code == 302
    assert Wishes.objects.get(person=ada).paces["mention"] == Pace.WEEKLY
    assert not Wishes.objects.filter(person=bob).exists()
    assert client.get("/notices/").status_code == 302, "it opens nothing else"


def test_a_link_that_is_not_ours_or_void_opens_nothing() -> None:
    ada = build_person("Ada")
    wishes = wish(ada, Pace.DAILY)
    token = links.sign(wishes)
    for bad in (token[:-1], f"{token}x", "x", "a:b", "%00", links.sign(Wishes(person=build_person("Bob")))):
        for path in ("", "stops/"):
            assert Client().get(f"/notices/links/{bad}/{path}").status_code == 404
            assert Client().post(f"/notices/links/{bad}/{path}").status_code == 404
    assert Client().get(f"/notices/links/{token}/").status_code == 200
    email_changed.send(sender=User, request=None, user=ada, from_email_address=None, to_email_address=None)
    assert Client().get(f"/notices/links/{token}/").status_code == 404, "what lies in the old mailbox opens nothing"
