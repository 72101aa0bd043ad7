"""Attacks in every field that people fill in discussions and moderation, and what would be alive of them in an answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from itertools import cycle
from xml.etree import ElementTree

from apps.accounts.models import Role, User
from apps.conduct.models import Act, Appeal, Filter
from apps.conduct.recording import record_act
from apps.conduct.sanctioning import silence, warn
from apps.courses.models import Chapter
from apps.discussions.editing import edit
from apps.discussions.models import Edit, Post
from apps.moderation.models import CannedReply, Flag, FlagReason, ReviewItem
from apps.notices.models import Kind
from apps.notices.telling import tell
from tests.conduct.people import build_person
from tests.courses.payloads import PAYLOADS

from .talks import build_chapter, build_reply, build_thread

SCHEME = re.compile(r"(javascript|data|vbscript):", re.IGNORECASE)
NAME = re.compile(r"[a-z][a-z0-9:._-]*")
ADDRESSES = {"href", "src", "action", "formaction", "data", "poster", "xlink:href", "hx-get", "hx-post"}
FORBIDDEN = {"iframe", "object", "embed", "base", "frame", "isindex", "xmp", "noembed", "style", "animate", "set"}


UNITS = ["![", "[a](", "*a ", "> ", "- " * 40 + "\n", "`a", "|a\n|-\n", "$$", "\\", "&#", "<!--", "]]>", "@Ada "]
"""What is slow or deep when it comes many times."""


class Alive(HTMLParser):
    """Gathers what a browser would run, or load from elsewhere."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in FORBIDDEN or (tag == "meta" and "http-equiv" in given):
            self.found.append(f"<{tag}>")
        if tag == "script" and not given.get("src", "").startswith("/static/") and "json" not in given.get("type", ""):
            self.found.append("<script> of its own")
        for name, value in given.items():
            if name.startswith("on") or name in ("style", "srcdoc") or not NAME.fullmatch(name):
                self.found.append(f"<{tag} {name}>")
            if name in ADDRESSES and SCHEME.match(re.sub(r"[\x00-\x20]", "", value)):
                self.found.append(f"<{tag} {name}={value}>")


def find_live(answer: str, kind: str) -> list[str]:
    """What acts in an answer of this content type; for a feed, in the HTML that it carries."""
    if "html" in kind:
        return Alive(answer).found
    if "xml" in kind:
        texts = [each.text or "" for each in ElementTree.fromstring(answer).iter() if each.get("type") == "html"]  # noqa: S314
        return [found for text in texts for found in Alive(text).found]
    return []


def pack(longest: int) -> Iterator[str]:
    """Every attack that fits into a field, as many as fit at once."""
    line = ""
    for payload in (each for each in PAYLOADS if len(each) <= longest):
        if len(line) + 1 + len(payload) > longest:
            yield line
            line = payload
        else:
            line = f"{line} {payload}".strip()
    yield line


def write_everything() -> tuple[User, User]:
    """Whom it all concerns, and an admin."""
    chapter, root, ada = build_chapter(), build_person("Root", Role.ADMIN), build_person("Ada")
    people = [ada, *build_people(pack(60))]
    threads = [
        build_thread(chapter, people[number % len(people)], title=line, body=line)
        for number, line in enumerate(pack(160))
    ]
    first = threads[0]
    for begin in range(0, len(PAYLOADS), 60):
        build_reply(first, people[-1], "\n\n".join(PAYLOADS[begin : begin + 60]))
    edit(actor=ada, post=first, body="\n\n".join(PAYLOADS[:60]))
    Edit.objects.bulk_create(Edit(post=first, body=reason, reason=reason, editor=ada) for reason in pack(200))
    write_judgements(first, ada, root)
    return ada, root


def write_pathologies(chapter: Chapter, author: User) -> list[Post]:
    """A thread whose posts cost a careless reader of Markdown or XML its life, and one that steers terminals and mails."""
    first = build_thread(
        chapter, author, title="Steered", body="\x01\x0b\ufffe \u202egnp.exe\r\nBcc: all@example.org\r\n\r\n<b>"
    )
    return [first, *(build_reply(first, author, (unit * 4_000)[:4_000]) for unit in UNITS)]


def build_people(names: Iterable[str]) -> list[User]:
    return User.objects.bulk_create(
        User(email=f"p{number}@example.org", name=name, password="!") for number, name in enumerate(names)
    )


def write_judgements(post: Post, ada: User, root: User) -> None:
    """What moderators and those who call them write."""
    everything, course = "\n".join(PAYLOADS), post.thread.chapter.course
    reasons = [FlagReason(key=f"k{n}", label=line, hint=line, position=n) for n, line in enumerate(pack(80))]
    FlagReason.objects.bulk_create(reasons)
    item = ReviewItem.objects.create(post=post, course=course, why="flagged", note=everything, score=3)
    flaggers = User.objects.exclude(pk__in=[ada.pk, root.pk])
    Flag.objects.bulk_create(
        Flag(post=post, item=item, reason=reason, note=note, person=person)
        for reason, note, person in zip(reasons, pack(1_000), flaggers, strict=False)
    )
    sanction = silence(actor=root, person=ada, course=course, reason=everything, ends_at=None)
    appeal = Appeal.objects.create(act=sanction.act, person=ada, text=everything)
    ReviewItem.objects.create(appeal=appeal, course=course, why="appeal", note=everything)
    Appeal.objects.create(
        act=warn(actor=root, person=ada, course=course, reason=everything).act, person=ada, text=everything
    )
    record_act(
        actor=root,
        verb="move",  # type: ignore[arg-type]
        target=(Act.Target.THREAD, post.thread_id),
        person=ada,
        course=course,
        reason=everything,
        details={"before": everything, "after": everything, everything: everything},
    )
    CannedReply.objects.bulk_create(CannedReply(title=line, body=everything) for line in pack(80))
    Filter.objects.bulk_create(Filter(kind="word", pattern=line, note=line) for line in pack(120))
    for number, (subject, kind) in enumerate(zip(pack(200), cycle(Kind), strict=False)):
        facts = {"verb": subject, "course": subject, "reason": everything, "opens": True}
        tell([ada.pk, root.pk], kind=kind, event=f"e:{number}", subject=subject, address="/", facts=facts)
