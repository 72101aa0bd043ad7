"""Plain builders for the tests of runs."""

from __future__ import annotations

import base64
import datetime
import json
import uuid
from typing import Any

from django.utils import timezone
from redis import Redis

from apps.accounts.models import User
from apps.courses.models import Chapter, Course, Item, Revision
from apps.runs import machines
from apps.runs.logs import pack, unpack
from apps.runs.models import Run, RunLog
from apps.runs.states import FINAL
from apps.runs.streams import make_entry
from workers.protocol import (
    MACHINE_S,
    MACHINES,
    Event,
    Exit,
    Finished,
    Job,
    Machine,
    State,
    decode,
    encode,
    machine_key,
)

CODE = "print('hello')"


def hear(channel: Any, run: Run) -> bytes:
    """The next message on a channel that is about this run: channels are the whole server's, other tests speak there, too."""
    while (message := channel.get_message(timeout=2)) is not None:
        if message["type"] == "message" and str(run.pk).encode() in message["data"]:
            return bytes(message["data"])
    raise AssertionError("nobody spoke of this run")


def make_student(name: str = "ada") -> User:
    return User.objects.create_user(f"{name}@example.org", name=name)


def make_project(goal: str = "loss<1", *, course: str = "torch", **facts: Any) -> Item:
    """A project `fit` in the chapter /courses/torch/intro/; `facts` are what else its live text says of it."""
    in_course = Course.objects.create(slug=course, title="Torch")
    chapter = Chapter.objects.create(course=in_course, number=1, slug="intro", title="Intro")
    projects = {"fit": {"title": "Fit a line", "code": CODE, "output": "", "goal": goal, "minutes": 1, **facts}}
    chapter.live = Revision.objects.create(
        chapter=chapter,
        number=1,
        origin="file",
        title="Intro",
        level="Beginner",
        minutes=1,
        projects=projects,
        updated=datetime.date(2026, 1, 1),
    )
    chapter.save()
    return Item.objects.create(chapter=chapter, key="fit", kind=Item.Kind.PROJECT, title="Fit a line", position=1)


def make_run(user: User, state: State = State.QUEUED, **fields: Any) -> Run:
    """A run in any state, with the numbers that a run in this state has."""
    fields.setdefault("fence", 0 if state is State.WAITING else 1)
    fields.setdefault("attempts", fields["fence"])
    fields.setdefault("queued_at", None if state is State.WAITING else timezone.now())
    fields.setdefault("sent_at", fields["queued_at"])
    if state in FINAL:
        fields.setdefault("finished_at", timezone.now())
    return Run.objects.create(user=user, code=fields.pop("code", CODE), state=state, **fields)


def make_finished(run: Run, outcome: State = State.SUCCEEDED, **changes: Any) -> Finished:
    """The word about an end; `changes` are fields of it or of its exit."""
    fence, metrics = changes.pop("fence", run.fence), changes.pop("metrics", {})
    usual = {"message": "", "exit_code": 0, "cpu_s": 0.5, "wall_s": 1.5, "peak_mb": 300.0, "last_seq": 2}
    return Finished(
        run=str(run.pk), fence=fence, exit=Exit(**{"outcome": outcome, **usual, **changes}), metrics=metrics
    )


CHECK = {
    "name": "It doubles",
    "call": "double(x)",
    "inputs": [{"name": "x", "shape": [1], "values": [2.0]}],
    "expect": {"name": "", "shape": [1], "values": [4.0]},
    "relation": "close",
    "within": 0.001,
    "hint": "Multiply by two.",
}
"""As the live text of a chapter holds it."""


def put_events(valkey: Redis, run: Run, *texts: str) -> None:
    """Events of the run's present attempt, as a worker would have published them."""
    for seq, text in enumerate(texts, 1):
        event = Event(seq=seq, at=0.1, type="stdout", data={"text": text})
        valkey.xadd(f"run:{run.pk}", {"event": encode(event).rstrip()}, id=f"{run.fence}-{seq}")


def sent(valkey: Redis, queue: str) -> list[str]:
    """The payloads of the tasks that wait in a queue, oldest first."""
    messages: Any = valkey.lrange(queue, 0, -1)
    bodies = [json.loads(base64.b64decode(json.loads(message)["body"])) for message in reversed(messages)]
    return [body[0][0] for body in bodies]


def sent_jobs(valkey: Redis, queue: str = "runs.cpu") -> list[Job]:
    return [job for payload in sent(valkey, queue) if isinstance(job := decode(payload), Job)]


def announce(
    valkey: Redis, *, slots: int = 2, queue: str = "runs.cpu", worker: str = "runs@here", **facts: Any
) -> None:
    """A machine says that it is there, as a worker does every few seconds."""
    machine = Machine(worker=worker, queue=queue, slots=slots, tier=facts.pop("tier", "T1"), **facts)
    valkey.set(machine_key(worker), encode(machine), ex=MACHINE_S)
    valkey.sadd(MACHINES, worker)
    machines.look_again()


def shown(valkey: Redis, run: Run) -> list[tuple[str, Event]]:
    """What viewers of the run were sent."""
    entries: Any = valkey.xrange(f"run:{run.pk}")
    return [(key.decode(), event) for key, fields in entries if isinstance(event := decode(fields[b"event"]), Event)]


def new_token() -> uuid.UUID:
    return uuid.uuid4()


def keep_log(run: Run, *events: tuple[str, dict[str, Any]], fence: int = 1) -> None:
    """The log of a run that is over, as it is kept in Postgres; what it holds already stays before it."""
    log = RunLog.objects.filter(run=run).first()
    before = unpack(bytes(log.events)) if log else []
    told = [Event(seq=seq, at=0.1, type=type_, data=data) for seq, (type_, data) in enumerate(events, 1)]
    entries = [*before, *(make_entry(fence, event) for event in told)]
    RunLog.objects.update_or_create(run=run, defaults={"events": pack(entries), "count": len(entries)})
