"""Who may do what in which state, as data: read by `access.may`, and by the tests that go through every cell."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from .models import State, Thread


class Part(StrEnum):
    """What somebody is to a post, a thread or a place; mostly several at once."""

    ANYBODY = "anybody"
    MEMBER = "member"  # logged in, silenced or not
    STUDENT = "student"  # logged in and not silenced here; newcomers are, within tighter limits
    AUTHOR = "author"  # of the post or the thread in question
    ASKER = "asker"  # of the thread that the post stands in
    EDITOR = "editor"
    MODERATOR = "moderator"  # of this course; admins are of every course


class Action(StrEnum):
    READ = "read"
    SEE_HISTORY = "see_history"
    OPEN = "open"
    ANNOUNCE = "announce"
    REPLY = "reply"
    EDIT = "edit"
    WITHDRAW = "withdraw"
    BRING_BACK = "bring_back"
    VOTE = "vote"
    ACCEPT = "accept"
    FLAG = "flag"
    FOLLOW = "follow"
    MUTE = "mute"
    HIDE = "hide"
    RESTORE = "restore"
    RELEASE = "release"
    DELETE = "delete"
    DECIDE = "decide"
    LOCK = "lock"
    PIN = "pin"
    SLOW = "slow"
    MOVE = "move"
    MERGE = "merge"
    SPLIT = "split"
    SANCTION = "sanction"


V, HELD, HIDDEN, DELETED = State.VISIBLE, State.HELD, State.HIDDEN, State.DELETED
ALL = frozenset(State)

POSTS: Mapping[Action, Mapping[Part, frozenset[State]]] = {
    Action.READ: {Part.ANYBODY: frozenset({V}), Part.AUTHOR: frozenset({V, HELD, HIDDEN}), Part.MODERATOR: ALL},
    Action.SEE_HISTORY: {Part.ANYBODY: frozenset({V}), Part.AUTHOR: frozenset({V, HELD, HIDDEN}), Part.MODERATOR: ALL},
    Action.REPLY: {Part.STUDENT: frozenset({V}), Part.MODERATOR: frozenset({V})},
    Action.EDIT: {Part.AUTHOR: frozenset({V, HIDDEN}), Part.MODERATOR: frozenset({V, HELD, HIDDEN})},
    Action.WITHDRAW: {Part.AUTHOR: frozenset({V, HELD, HIDDEN})},
    Action.BRING_BACK: {Part.AUTHOR: frozenset({DELETED})},
    Action.VOTE: {Part.STUDENT: frozenset({V})},
    Action.ACCEPT: {Part.ASKER: frozenset({V}), Part.MODERATOR: frozenset({V})},
    Action.FLAG: {Part.STUDENT: frozenset({V})},
    Action.HIDE: {Part.MODERATOR: frozenset({V, HELD})},
    Action.RESTORE: {Part.MODERATOR: frozenset({HIDDEN, DELETED})},
    Action.RELEASE: {Part.MODERATOR: frozenset({HELD})},
    Action.DELETE: {Part.MODERATOR: frozenset({V, HELD, HIDDEN})},
    Action.DECIDE: {Part.MODERATOR: ALL},
    Action.SPLIT: {Part.MODERATOR: frozenset({V, HIDDEN})},
}
"""In which states of a post who may do what with it."""

TV, THIDDEN, TDELETED = Thread.State.VISIBLE, Thread.State.HIDDEN, Thread.State.DELETED
TALL = frozenset(Thread.State)
KEPT = frozenset({TV, THIDDEN})

THREADS: Mapping[Action, Mapping[Part, frozenset[Thread.State]]] = {
    Action.READ: {Part.ANYBODY: frozenset({TV}), Part.AUTHOR: KEPT, Part.MODERATOR: TALL},
    Action.FOLLOW: {Part.MEMBER: frozenset({TV})},
    Action.LOCK: {Part.MODERATOR: KEPT},
    Action.PIN: {Part.MODERATOR: frozenset({TV})},
    Action.SLOW: {Part.MODERATOR: KEPT},
    Action.MOVE: {Part.MODERATOR: KEPT},
    Action.MERGE: {Part.MODERATOR: frozenset({TV})},
    Action.HIDE: {Part.MODERATOR: frozenset({TV})},
    Action.RESTORE: {Part.MODERATOR: frozenset({THIDDEN, TDELETED})},
    Action.DELETE: {Part.MODERATOR: KEPT},
}
"""The same of a thread."""

PLACES: Mapping[Action, frozenset[Part]] = {
    Action.OPEN: frozenset({Part.STUDENT, Part.MODERATOR}),
    Action.ANNOUNCE: frozenset({Part.EDITOR, Part.MODERATOR}),
    Action.FOLLOW: frozenset({Part.MEMBER}),
}
"""Who may do what under a chapter."""

PEOPLE: Mapping[Action, frozenset[Part]] = {
    Action.FOLLOW: frozenset({Part.MEMBER}),
    Action.MUTE: frozenset({Part.MEMBER}),
}
"""Who may do what with another person; sanctions are `apps.conduct.access.may_act_on`."""

NOT_WHILE_SILENCED = frozenset(
    {
        Action.OPEN,
        Action.ANNOUNCE,
        Action.REPLY,
        Action.EDIT,
        Action.BRING_BACK,
        Action.VOTE,
        Action.ACCEPT,
        Action.FLAG,
    }
)
NOT_WHILE_LOCKED = frozenset({Action.REPLY, Action.EDIT, Action.BRING_BACK, Action.VOTE, Action.ACCEPT})
"""Moderators of the course go on."""
NOT_WITH_OWN = frozenset(
    {Action.VOTE, Action.FLAG, Action.HIDE, Action.RESTORE, Action.RELEASE, Action.DELETE, Action.DECIDE}
)
"""Nobody judges what they wrote themselves."""
NOT_WITH_ADMINS = frozenset({Action.HIDE, Action.RESTORE, Action.RELEASE, Action.DELETE, Action.DECIDE})
"""Nor what an admin wrote; editing it is its author's alone, too."""
ONLY_IN_OPEN_THREADS = frozenset({Action.REPLY, Action.BRING_BACK, Action.VOTE, Action.ACCEPT, Action.FLAG})
"""What makes no sense in a thread that is hidden or deleted."""

LOG_IN = "Log in to take part."
SUSPENDED = "This account is suspended. What you were told about it says why, and how to appeal."
SILENCED = "You have been silenced here: you can read, and keep notes of your own, and cannot take part for now."
LOCKED = "This thread is locked: nothing can be added or changed in it."
OWN = "This is your own. Let somebody else be the judge of it."
ADMINS = "An admin wrote this, and nobody else changes it. Speak to them."
STAYS_AWAY = (
    "This post stays deleted. Its author can bring it back within a day, unless moderators have had to do with it."
)
GONE = "This thread is not open any more."
STATES: Mapping[str, str] = {
    State.VISIBLE: "This post can be seen by everybody, so there is nothing to be changed about that.",
    State.HELD: "This post waits for a moderator.",
    State.HIDDEN: "Moderators have hidden this post.",
    State.DELETED: "This post has been deleted.",
}
THREAD_STATES: Mapping[str, str] = {
    Thread.State.VISIBLE: "This thread can be seen by everybody, so there is nothing to be changed about that.",
    Thread.State.HIDDEN: "Moderators have hidden this thread.",
    Thread.State.DELETED: "This thread has been deleted.",
}
NOT_YOURS = {
    Action.EDIT: "Only its author can change this post.",
    Action.WITHDRAW: "Only its author can withdraw this post. If it should not be here, flag it.",
    Action.BRING_BACK: "Only its author can bring this post back.",
    Action.ACCEPT: "Only who asked can accept an answer.",
    Action.ANNOUNCE: "Announcements are made by editors and moderators.",
}
MODERATORS_ONLY = "Only moderators of this course can do this. If something is wrong, flag it."
