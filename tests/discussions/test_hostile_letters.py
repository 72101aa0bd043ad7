"""Nothing acts of what people write where it leaves the site: in the mails of notices, and in every feed, as a program for mail
or a reader of feeds would show them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.courses.models import Chapter, Course, Revision
from apps.discussions.following import follow
from apps.discussions.models import Post, Thread
from apps.discussions.telling import tell_followers
from apps.notices.claiming import SHOWN, find_rounds
from apps.notices.mailing import mail_some
from apps.notices.models import Notice, Pace
from tests.courses.test_attacks import opened, visit
from tests.notices.builders import LONG_AGO, wish

from .hostile import Alive, find_live, pack, write_everything, write_pathologies
from .test_hostile_fields import list_routes

ATOM = "{http://www.w3.org/2005/Atom}"
HEADERS = {"Content-Type", "MIME-Version", "Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted"}
TAGS = {"html", "head", "meta", "title", "body", "p", "h2", "a", "blockquote", "hr", "small"}
STOPPED = {"List-Unsubscribe", "List-Unsubscribe-Post"}


@pytest.fixture
def people(db: None) -> tuple[User, User]:
    """Ada, who is told at once, and an admin, who gets digests: of everything that happens to them, by all attackers."""
    ada, root = write_everything()
    thread = Thread.objects.order_by("pk")[0]
    for person in (ada, root):
        follow(actor=person, target=thread)
    write_pathologies(thread.chapter, ada)
    publish(thread.chapter)
    for post in Post.objects.exclude(author=ada):
        tell_followers(post.pk)
    wish(ada, Pace.AT_ONCE)
    wish(root, Pace.DAILY)
    return ada, root


def publish(chapter: Chapter) -> None:
    """Chapters that are called like attacks, in a course that is."""
    Course.objects.update(title=next(pack(120)))
    for number, line in enumerate([*list(pack(120))[:8], "Steered \x01\x0b\ufffe"], start=7):
        made = Chapter.objects.create(course=chapter.course, number=number, slug=f"c{number}", title=line)
        facts = {"source": "", "level": "Beginner", "updated": timezone.now().date(), "html": "", "minutes": 1}
        made.live = Revision.objects.create(chapter=made, number=1, title=line, summary=line, **facts)
        made.save()


def mail_everything() -> list[EmailMessage]:
    """Every notice there is: one alone, then as many together as a mail shows."""
    waiting = list(Notice.objects.exclude(pace=Pace.NEVER).order_by("recipient", "pk").values_list("pk", flat=True))
    now = timezone.now()
    Notice.objects.update(created_at=now + LONG_AGO)
    for begin in (0, *range(1, len(waiting), SHOWN)):
        due = waiting[begin : begin + SHOWN] if begin else waiting[:1]
        Notice.objects.filter(pk__in=due).update(created_at=now - LONG_AGO)
        for each in find_rounds(now):
            mail_some(each)
    parser = BytesParser(policy=default)
    return [parser.parsebytes(letter.message().as_bytes()) for letter in mail.outbox]


def read(letter: EmailMessage, kind: str) -> str:
    part = letter.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def check_letter(letter: EmailMessage) -> None:
    names = letter.keys()
    assert len(names) == len(set(names))
    assert HEADERS <= set(names) <= HEADERS | STOPPED, "nobody adds a header"
    assert all("\n" not in value and "\r" not in value for value in letter.values())
    assert re.fullmatch(r"[a-z0-9]+@example\.org", letter["To"])
    text, html = read(letter, "plain"), read(letter, "html")
    assert [part.get_content_type() for part in letter.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert all(character.isprintable() or character == "\n" for character in text), "nothing steers what shows it"
    assert Alive(html).found == []
    assert set(re.findall(r"<(\w+)", html)) <= TAGS
    assert all(address.startswith(f"{settings.SITE_URL}/") for address in re.findall(r'(?:href|src)="([^"]*)', html))


def list_feeds() -> Iterator[str]:
    """Every feed of the site, whether a page links to it or not."""
    wanted = {route for route in list_routes() if "feed" in route}
    named = {
        "slug:course": Course.objects.values_list("slug", flat=True),
        "int:thread_id": Thread.objects.values_list("pk", flat=True),
    }
    for route in wanted:
        places = re.findall(r"<(.*?)>", route)
        assert set(places) <= set(named), f"say what {route} needs"
        yield from (re.sub("<.*?>", str(each), f"/{route}") for each in (named[places[0]] if places else [""]))


def read_feed(address: str) -> list[str]:
    """The HTML that it carries; everything else in it is text, and leads into the site."""
    answer = Client().get(address)
    assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (200, "application/atom+xml"), (
        address
    )
    feed = ElementTree.fromstring(answer.content)  # noqa: S314 (ours)
    for each in feed.iter():
        assert each.tag.startswith(ATOM), address
        assert each.get("type") in (None, "html"), address
        assert (each.get("type") is None) or each.tag == f"{ATOM}summary", "a title is no HTML"
        assert each.get("href", "http://testserver/").startswith("http://testserver/"), address
    assert find_live(answer.content.decode(), "xml") == []
    return [each.text or "" for each in feed.iter(f"{ATOM}summary")]


def test_nothing_acts_in_any_mail_nor_in_any_feed_nor_runs_in_a_browser(people: tuple[User, User]) -> None:
    letters = mail_everything()
    for letter in letters:
        check_letter(letter)
    assert {letter["To"] for letter in letters} >= {person.email for person in people}
    htmls = [read(letter, "html") for letter in letters]
    told = [html for html in htmls if "alert(1)" in html]
    assert len(told) > 5, "the attacks are shown as text"
    assert not Notice.objects.exclude(pace=Pace.NEVER).filter(mailed_at=None).exists()

    addresses = list(list_feeds())
    assert len(addresses) > 10
    carried = ["<hr>".join(read_feed(address)) for address in addresses]
    assert sum("alert(1)" in each for each in carried) > 5
    with opened() as page:
        for name, shown in (("mails", "<hr>".join(htmls)), ("feeds", "<hr>".join(carried))):
            ran, found = visit(page, shown, {})
            assert (ran, found) == ([], []), name
