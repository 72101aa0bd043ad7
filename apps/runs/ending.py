"""How a run ends: once, in one transaction with its log and with the student's next run."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.runs import dispatch, outbox, streams
from apps.runs.errands import tell_asker
from apps.runs.logs import cap, pack, unpack
from apps.runs.models import Run, RunLog
from apps.runs.states import sources
from apps.runs.streams import Entry
from workers.protocol import DEVICES, LAST_SEQ, QUEUE_CONTROL, TASK_SHOW_END, BadMessage, Event, State, decode

logger = logging.getLogger(__name__)

MAX_MESSAGE = 2000

UNSHOWN = (timedelta(seconds=120), timedelta(seconds=5))
"""How long ago a run ended whose end may be still unseen because the message about it was lost."""


def end(*, run: Run, state: State, message: str, entries: list[Entry], last_seq: int, **facts: Any) -> bool:
    """With the student locked: move the run to its final `state`, keep its log, queue the student's next run.

    `run` is the run as it was read; False, and nothing changed, when somebody decided about it since then. `last_seq`
    is the number of its last event, `facts` what else its attempt reported.
    """
    message = clean(message)
    changes = {"state": state, "message": message, "finished_at": timezone.now(), "unseen_since": None}
    guarded = Run.objects.filter(pk=run.pk, fence=run.fence, state__in=sources(state))
    if not guarded.update(**changes, **facts):
        return False
    at = max(facts.get("wall_s") or 0.0, _read_time(entries))
    last = _make_last(run.fence, state, message, seq=last_seq + 1, at=at)
    kept = [*cap(entries), last]
    RunLog.objects.create(run_id=run.pk, events=pack(kept), count=len(kept))
    outbox.post(task=TASK_SHOW_END, queue=QUEUE_CONTROL, payload=str(run.pk))
    dispatch.promote(run.user_id)
    dispatch.send_soon()
    tell_asker(run)
    return True


def give_up(*, run: Run, state: State, message: str, entries: list[Entry]) -> bool:
    """With the student locked: end a run without a word of its attempt, which is fenced off."""
    if not end(run=run, state=state, message=message, entries=entries, last_seq=LAST_SEQ - 1):
        return False
    transaction.on_commit(partial(streams.fence_off, str(run.pk), run.fence + 1), robust=True)
    return True


def show_end(run_id: str) -> None:
    """Let viewers see the final state; may be repeated. Raises `redis.RedisError` while Valkey is away."""
    log = RunLog.objects.filter(run_id=run_id).first()
    if log is None:
        return
    *before, last = unpack(bytes(log.events))
    if before and not streams.exists(run_id):
        streams.rebuild(run_id, before)
    streams.append(run_id, [last])
    streams.expire(run_id)


def show_missed() -> None:
    """Show the ends whose message was lost. Raises `redis.RedisError`. One query, one question to Valkey."""
    oldest, newest = (timezone.now() - ago for ago in UNSHOWN)
    ended = Run.objects.filter(device__in=DEVICES, finished_at__gt=oldest, finished_at__lt=newest)
    for run_id in streams.list_unshown([str(pk) for pk in ended.order_by("finished_at").values_list("pk", flat=True)]):
        logger.warning("Run %s: showing its end was forgotten", run_id)
        show_end(run_id)


def restore_stream(run: Run) -> None:
    """Before somebody looks at a run that is over: put its stream back if it has expired.

    Of a run whose log is gone, how it ended is still to be seen.
    """
    if streams.exists(str(run.pk)):
        return
    log = RunLog.objects.filter(run=run).first()
    entries = unpack(bytes(log.events)) if log else [_make_last(run.fence, State(run.state), run.message)]
    streams.rebuild(str(run.pk), entries)


def clean(text: str) -> str:
    """Text that Postgres can hold: no NUL, no half characters, not endless."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")[:MAX_MESSAGE]


def _read_time(entries: list[Entry]) -> float:
    """When the newest event happened: pauses and checks take time that `wall_s` leaves out."""
    try:
        newest = decode(entries[-1].event) if entries else None
    except BadMessage:
        return 0.0
    return newest.at if isinstance(newest, Event) else 0.0


def _make_last(fence: int, state: State, message: str, *, seq: int = LAST_SEQ, at: float = 0.0) -> Entry:
    """The final state as a stream's last entry."""
    return streams.make_entry(fence, Event(seq=seq, at=at, type="state", data={"state": state, "message": message}))
