"""How the site stands: the machines and how safe they are, the queues, and whether live events arrive."""

from __future__ import annotations

import http.client
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Count, Q
from redis import RedisError

from apps.runs import machines
from apps.runs.models import Run
from apps.runs.states import ACTIVE
from apps.runs.turns import SENT
from workers.protocol import Machine, State

TIERS = {
    "T0": "gVisor: a kernel of its own for the runs of this machine",
    "T1": "Namespaces within namespaces, a system call filter, and limits for every run",
    "T1b": "One namespace for the machine, Landlock, a system call filter, and limits for every run",
    "T2": "A container without network, Landlock, a system call filter, and limits for every run",
}
"""How runs are kept apart, in words."""

FRESH_S = 5.0
PATIENCE_S = 0.5
"""Everybody may read the page: it asks the live streams every few seconds at most, and does not wait for them."""

_heard: list[tuple[float, bool]] = []


@dataclass(frozen=True, slots=True)
class MachineLine:
    """One machine as it is shown; `problem` is why it takes no runs, or ""."""

    name: str
    tier: str
    isolation: str
    slots: int
    queue: str
    devices: list[str]
    problem: str


@dataclass(frozen=True, slots=True)
class QueueLine:
    """The runs of one device: how many at a time there is room for, go on, and wait for a slot."""

    device: str
    slots: int
    going_on: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Status:
    """`is_known` is False while Valkey is away, and with it every word of the machines."""

    is_known: bool
    has_live_events: bool
    machines: list[MachineLine]
    queues: list[QueueLine]

    @property
    def works(self) -> bool:
        """Whether a run that is started now will run, and can be watched."""
        return self.has_live_events and any(machine.slots and not machine.problem for machine in self.machines)


def read_status(*, with_names: bool) -> Status:
    """What is known now; the machines' own names are for admins. One query; never fails for Valkey's absence."""
    try:
        there, is_known = machines.list_machines(), True
    except RedisError:
        there, is_known = [], False
    lines = [_describe(number, machine, with_names) for number, machine in enumerate(there, 1)]
    return Status(is_known, is_known and _hears_streams(), lines, _count_queues(there))


def _describe(number: int, machine: Machine, with_names: bool) -> MachineLine:
    return MachineLine(
        name=machine.worker if with_names else f"Machine {number}",
        tier=_name_tier(machine),
        isolation=TIERS.get(_name_tier(machine), "Not known"),
        slots=machine.slots,
        queue=_name_device(machine),
        devices=machine.devices,
        # The reason may name folders and hosts.
        problem=machine.refusal if with_names or not machine.refusal else "It cannot keep runs apart safely.",
    )


def _name_tier(machine: Machine) -> str:
    """A machine may tell more than the name of its tier; the name comes first."""
    return machine.tier.split(maxsplit=1)[0] if machine.tier.split() else "?"


def _name_device(machine: Machine) -> str:
    return next((device for device, queue in machines.QUEUES.items() if queue == machine.queue), machine.queue)


def _count_queues(there: list[Machine]) -> list[QueueLine]:
    going_on = Count("pk", filter=SENT & ~Q(state=State.QUEUED))
    waiting = Count("pk", filter=Q(state__in=[State.WAITING, State.QUEUED]))
    rows = (
        Run.objects.filter(state__in=ACTIVE)
        .order_by()
        .values_list("device")
        .annotate(going_on=going_on, waiting=waiting)
    )
    counts = {device: (on, behind) for device, on, behind in rows}
    slots = {
        device: sum(machine.slots for machine in there if machine.queue == queue and not machine.refusal)
        for device, queue in machines.QUEUES.items()
    }
    shown = [device for device in machines.QUEUES if device == "cpu" or slots[device] or device in counts]
    return [QueueLine(device, slots[device], *counts.get(device, (0, 0))) for device in shown]


def _hears_streams() -> bool:
    now = time.monotonic()
    if not _heard or now - _heard[0][0] > FRESH_S:
        _heard[:] = [(now, _ask_streams())]
    return _heard[0][1]


def _ask_streams() -> bool:
    """Whether the process of the live streams answers, and hears Valkey itself."""
    parts = urlsplit(settings.STREAMS_HEALTH_URL)
    connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    line = connect(parts.hostname or "", parts.port, timeout=PATIENCE_S)
    try:
        line.request("GET", parts.path)
        return line.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()
