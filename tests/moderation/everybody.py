"""Everybody who may come to discussions and moderation, with something of every kind for them to act on, and what becomes
of a request of theirs.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.accounts.people import create_person
from apps.conduct.models import Act, Filter, Verb
from apps.conduct.recording import record_act
from apps.conduct.sanctioning import silence, warn
from apps.discussions.models import Post, Thread
from apps.moderation.models import CannedReply
from tests.accounts.people import log_in as give_password
from tests.conduct.people import build_course, build_moderator, build_person
from tests.discussions.talks import build_chapter, build_thread
from tests.runs.builders import make_run

from .cases import Case, find_reason

LETTERS = {403: "x", 404: "0", 409: "9", 422: "2", 429: "t"}
WORDS = "Words that must not be lost"
KEPT = ["discussions_thread", "discussions_post", "discussions_vote", "discussions_edit", "discussions_follow"]
KEPT += ["discussions_readmark", "moderation_flag", "moderation_reviewitem", "moderation_cannedreply"]
KEPT += ["conduct_act", "conduct_sanction", "conduct_filter", "conduct_appeal", "notices_notice"]
Put = Callable[[], Any]


@dataclass
class Everybody:
    """Ada asks, Eve answers: her answer is what they all act on. `people` have a browser each, logged in if they can."""

    case: Case = field(default_factory=Case)

    def __post_init__(self) -> None:
        case, course = self.case, self.case.chapter.course
        self.boss, self.hushed = build_person("Boss", Role.ADMIN), build_person("Hush")
        self.item = case.flag(person=build_person("Flagger")).item
        sanction = silence(actor=self.boss, person=self.hushed, course=course, reason="Noise", ends_at=None)
        self.hid = record_act(actor=self.boss, verb=Verb.HIDE, target=(Act.Target.POST, case.spam.pk), person=case.eve)
        self.ids: Mapping[str, Any] = {
            "course": course.slug,
            "chapter": case.chapter.slug,
            "thread_id": case.first.thread_id,
            "post_id": case.spam.pk,
            "item_id": self.item.pk,
            "person_id": case.eve.pk,
            "sanction_id": sanction.pk,
            "act_id": warn(actor=self.boss, person=case.eve, course=course, reason="Rude", bulk=None).act.pk,
            "filter_id": Filter.objects.create(kind="word", pattern="gold bar", course=course).pk,
            "reply_id": CannedReply.objects.create(title="T", body="B", course=course).pk,
        }
        self.other = build_thread(case.chapter, case.ada, "Other").thread
        self.there = build_chapter("there")
        self.run = make_run(case.ada)
        self.people = self.let_in()

    def let_in(self) -> Mapping[str, Client]:
        case = self.case
        members: dict[str, User] = {
            "suspended": build_person("Sus"),
            "silenced": self.hushed,
            "newcomer": User.objects.create_user("new@example.org", None, name="New"),
            "student": build_person("Stu"),
            "author": case.eve,
            "asker": case.ada,
            "stranger": build_moderator("Strange", build_course("other")),
            "editor": build_person("Ed", Role.EDITOR),
            "moderator": case.mo,
            "overseer": build_person("Over", Role.MODERATOR),
            "admin": self.boss,
        }
        people = {name: Client() for name in ("visitor", "unconfirmed", *members)}
        create_person(email="un@example.org", name="Un", password="a quiet gradient", roles=(), verified=False)
        give_password(people["unconfirmed"], "un@example.org")
        for name, person in members.items():
            people[name].force_login(person)
        User.objects.filter(pk=members["suspended"].pk).update(is_active=False)
        return people

    def put(self, state: str) -> None:
        """Give the answer, or its thread, the state of this letter."""
        post, thread = (Post.objects.filter(pk=self.case.spam.pk), Thread.objects.filter(pk=self.case.first.thread_id))
        now = timezone.now()
        ways: dict[str, Put] = {
            "v": lambda: None,
            "w": partial(post.update, state="held"),
            "h": partial(post.update, state="hidden", state_act=self.hid.pk),
            "d": partial(post.update, state="deleted", state_act=self.hid.pk),
            "l": partial(thread.update, locked_at=now),
            "p": partial(thread.update, pinned_at=now),
            "s": partial(thread.update, slow_seconds=3_600),
            "H": partial(thread.update, state="hidden"),
            "D": partial(thread.update, state="deleted"),
        }
        ways[state]()

    def locate(self, route: str) -> str:
        """The address of `discussions:vote` or `moderation:post_change/hiding`."""
        name, _, way = route.partition("/")
        wanted = get_resolver().namespace_dict[name.partition(":")[0]][1].reverse_dict.getlist(name.partition(":")[2])
        [(_, names)] = wanted[0][0]
        return reverse(name, kwargs={each: way if each == "way" else self.ids[each] for each in names})

    def fill(self, route: str) -> dict[str, Any]:
        """What a form sends there that nothing is wrong with."""
        post, thread, item = self.case.spam.pk, self.case.first.thread_id, f"{self.item.pk}:{self.item.version}"
        sent: dict[str, Any] = {"body": WORDS, "reason": WORDS, "text": WORDS, "title": "A title", "parent": post}
        sent |= {"client_token": uuid.uuid4(), "value": "1", "accepted": "1", "version": "first"}
        sent |= {
            "note": WORDS,
            "answer": WORDS,
            "items": item,
            "outcome": "disagree",
            "days": "7",
            "seconds": "30",
            "posts": post,
        }
        sent |= {"target": f"thread:{thread}", "wish": "follow", "into": self.other.pk, "chapter": self.there.pk}
        more: dict[str, dict[str, Any]] = {
            "moderation:decision": {"version": self.item.version, "outcome": "agree", "fate": "hide"},
            "moderation:flag": {"reason": find_reason().pk},
            "moderation:charges": {"course": self.course, "wish": "charge"},
            "moderation:sanctions": {"kind": "warn", "course": self.course},
            "moderation:filters": {"kind": "word", "pattern": "silver bar", "action": "hold", "course": self.course},
            "moderation:replies": {"course": self.course},
            "moderation:reply": {"course": self.course},
        }
        return sent | more.get(route, {})

    def name_asked(self, route: str) -> dict[str, Any]:
        asked: dict[str, dict[str, Any]] = {"discussions:news": {"since": 0}, "discussions:ask": {"run": self.run.pk}}
        return asked.get(route, {})

    @property
    def course(self) -> int:
        return self.case.chapter.course_id

    def ask(self, name: str, method: str, route: str, state: str) -> tuple[str, HttpResponse, bool]:
        """The letter of what became of it, the answer, and whether anything was written. All of it is taken back."""
        with transaction.atomic():
            self.put(state)
            before = digest()
            sent = self.fill(route) if method == "POST" else self.name_asked(route)
            client = self.people[name]
            answer = getattr(client, method.lower())(self.locate(route), sent)
            wrote = digest() != before
            transaction.set_rollback(True)
        return spell(answer), answer, wrote


def spell(answer: Any) -> str:
    if answer.status_code == 302 and answer.headers["Location"].startswith("/accounts/login/"):
        return "L"
    return "." if answer.status_code < 400 else LETTERS.get(answer.status_code, str(answer.status_code))


def digest() -> str:
    """Of all that people and moderators can change."""
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(f"SELECT md5(string_agg(r::text, '' ORDER BY id)) FROM {table} r" for table in KEPT)  # noqa: S608
        )
        return str(cursor.fetchall())
