"""Live rooms beside those of runs: a person's, and that of a thread's readers.

What is said there is told to who is there and kept nowhere: it says that there is something new, and a page shows it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from typing import Any

from django.dispatch import receiver
from redis import RedisError

from apps.notices.telling import told
from apps.runs.valkey import connect
from workers.protocol import BUS, MAX_BUS_EVENTS, NOTICES_EVENT, POSTS_EVENT

logger = logging.getLogger(__name__)


def name_person(user_id: int) -> str:
    return f"person:{user_id}"


def name_thread(thread_id: int) -> str:
    return f"thread:{thread_id}"


def announce(rooms: Iterable[str], kind: str, data: Mapping[str, Any]) -> None:
    """Tell everybody in these rooms. One message, however many they are; while Valkey is away nobody is told."""
    words: dict[Any, Any] = {"run": " ".join(rooms), "id": "", "event": json.dumps({"type": kind, "data": data})}
    try:
        connect().xadd(BUS, words, maxlen=MAX_BUS_EVENTS, approximate=True)
    except RedisError as error:
        logger.warning("Live news were told to nobody: %s", error)


def announce_post(*, thread_id: int, post_id: int) -> None:
    """Tell whoever reads a thread that it has a new post; after the commit."""
    announce([name_thread(thread_id)], POSTS_EVENT, {"thread": thread_id, "post": post_id})


@receiver(told)
def announce_notices(*, people: Iterable[int], group: str, **signal: Any) -> None:
    announce(map(name_person, people), NOTICES_EVENT, {"group": group})
