"""What notices say: one sentence for one notice, and for several of the same matter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .models import Kind, Notice

SOMEBODY = "Somebody"
"""Whose account is gone."""

SAID = {
    Kind.REPLY: "answered you in",
    Kind.MENTION: "mentioned you in",
    Kind.FOLLOWED: "wrote in",
    Kind.ACCEPTED: "accepted your answer in",
    Kind.ANNOUNCEMENT: "announced",
}

DECIDED = {
    "hide": "A post of yours was hidden by a moderator",
    "restore": "A post of yours is shown again",
    "delete": "A post of yours was deleted by a moderator",
    "edit": "A moderator edited a post of yours",
    "release": "A post of yours that waited for a moderator has appeared",
    "hold": "A post of yours is held back until a moderator has read it",
    "hide_thread": "A thread of yours was hidden by a moderator",
    "restore_thread": "A thread of yours is shown again",
    "delete_thread": "A thread of yours was deleted by a moderator",
    "lock": "A thread of yours was locked",
    "unlock": "A thread of yours takes replies again",
    "slow": "A thread of yours was slowed down",
    "move": "A thread of yours was moved",
    "merge": "A thread of yours was merged with another",
    "split": "A thread of yours was split",
    "accept": "A moderator accepted an answer to your question",
    "unaccept": "A moderator took the accepted answer of your question back",
    "warn": "A moderator warns you",
    "silence": "You may read and not post for now",
    "suspend": "Your account is suspended",
    "lift": "A sanction against you is lifted",
    "expire": "A sanction against you has come to its end",
    "disagree": "Moderators did not agree with a flag",
    "ignore": "Moderators left a flag as it was",
    "grant": "Your appeal is granted, and what was done is taken back",
    "refuse": "Your appeal is refused",
    "charge": "You moderate a course from now on",
    "discharge": "You do not moderate a course any more",
}
"""To the person concerned, by the verb of the act; of a decided appeal, by the decision."""


def say(notices: Sequence[Notice]) -> str:
    """The sentence for notices of one kind and one group, the newest first, each with `actor`; without a full stop.

    Who tells may have put a whole sentence into the facts, as `sentence`. Plain text of one line, not yet escaped.
    """
    first = notices[0]
    if first.kind == Kind.QUEUE and len(notices) > 1:
        return f"{len(notices)} things wait for you as a moderator"
    return flatten(str(first.facts.get("sentence") or make_sentence(first, name_actors(notices))))


def make_sentence(notice: Notice, who: str) -> str:
    if notice.kind == Kind.DECISION:
        return say_decision(notice.facts, notice.subject)
    if notice.kind == Kind.QUEUE:
        return f"Waiting for you as a moderator: {notice.subject}"
    if notice.kind == Kind.FOLLOWED and notice.facts.get("opens"):
        return f"{who} opened “{notice.subject}”"
    return f"{who} {SAID[Kind(notice.kind)]} “{notice.subject}”"


def say_decision(facts: dict[str, Any], subject: str) -> str:
    words = DECIDED.get(str(facts.get("verb", "")), f"Moderators decided something about you: {subject}")
    course = facts.get("course")
    return f"{words} ({course})" if course else words


def name_actors(notices: Sequence[Notice]) -> str:
    """“Ada”, “Ada and Ben”, “Ada and 3 others”: who did it last comes first."""
    names = list(dict.fromkeys((notice.actor_id, str(notice.actor or SOMEBODY)) for notice in notices))
    first = names[0][1]
    if len(names) == 1:
        return first
    return f"{first} and {names[1][1]}" if len(names) == 2 else f"{first} and {len(names) - 1} others"


def flatten(text: str) -> str:
    """In one line, and without characters that steer: it may become the subject of a mail."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
