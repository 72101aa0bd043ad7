"""One run: the clock, the watchdog, the pipes and the kill, from the moment a cell gets its job to the verdict."""

from __future__ import annotations

import asyncio
import json
import os
from contextlib import suppress
from typing import Any, Protocol

from workers.protocol import MAX_EVENT_BYTES, Control, Exit, Job, Question, State
from workers.runner import policy
from workers.runner.claims import Claim, Claims
from workers.runner.clock import Clock
from workers.runner.console import Console, Stream
from workers.runner.outbox import Outbox
from workers.runner.pauses import Pauses
from workers.runner.spare import Spare
from workers.runner.teller import Teller
from workers.runner.verdict import Cause, Ending, Verdict, judge, refuse

MIB = 1024 * 1024
_READ = 65536


class Lost(Exception):
    """The cell vanished without a report: its zygote died, or somebody outside killed it. Not the code's doing."""


class Examiner(Protocol):
    """Asks a questioned run its questions, one after another."""

    def hear(self, claim: Claim) -> Question | None:
        """Take `asking` or an `answer`; the next question, if there is one."""

    @property
    def satisfied(self) -> bool:
        """Whether everything has been asked and answered: then the run is ended."""


class Run:
    """Drives one cell. `complete` is awaited once; `stop`, `control` and `abandon` may come at any time."""

    def __init__(self, job: Job, spare: Spare, teller: Teller, examiner: Examiner | None = None) -> None:
        self._job = job
        self._spare = spare
        self._teller = teller
        self._examiner = examiner
        self._usage = spare.usage()
        self._clock = Clock(lambda: self._usage.cpu_s)
        self._console = Console(limit=job.limits.console_bytes, speak=teller.speak)
        self._claims = Claims(policy.ANSWER_BYTES if examiner else MAX_EVENT_BYTES)
        self._outbox = Outbox(spare.wire, policy.CONTROL_BYTES)
        self._pauses = Pauses(run=job.run, clock=self._clock, teller=teller, send=self._outbox.send)
        self._over = asyncio.Event()
        self._started = False
        self._cause: Cause | None = None
        self._refused = ""
        self._said: dict[str, Any] = {}
        self._wire_budget = policy.CLAIM_BYTES_PER_TICK
        self._listening: set[int] = set()

    def stop(self) -> None:
        """The student asked for it."""
        self._kill(Cause.STOP)

    def control(self, control: Control) -> None:
        """Pass this on to the student's process."""
        if not self._over.is_set():
            self._pauses.ask(control)

    def abandon(self) -> None:
        """Nobody listens any more."""
        self._spare.kill()

    async def complete(self) -> Exit:
        """Run the job to its end. Raises `Lost`."""
        try:
            self._start()
            await self._watch()
            self._drain()
        finally:
            self._deafen()
        report = self._report()
        self._console.close()
        self._tell_dropped()
        return self._exit(self._verdict(report), report)

    def _start(self) -> None:
        """The cell begins on the job while the rest is being done: nothing is heard of it before that."""
        try:
            self._spare.bound(self._job.limits)
        except OSError as error:
            raise Lost from error
        self._outbox.send(self._job, bounded=False)
        self._teller.speak("state", {"state": State.STARTING})
        loop = asyncio.get_running_loop()
        for descriptor in (self._spare.pidfd, self._spare.report):
            loop.add_reader(descriptor, self._end)
            self._listening.add(descriptor)
        self._listen_to_wire()

    def _end(self) -> None:
        """The student's process has ended (its report is there), or the whole cell has."""
        self._over.set()
        for descriptor in (self._spare.pidfd, self._spare.report):
            self._ignore(descriptor)

    def _listen_to_wire(self) -> None:
        wire = self._spare.wire.fileno()
        if wire not in self._listening:
            asyncio.get_running_loop().add_reader(wire, self._hear_wire)
            self._listening.add(wire)

    def _listen_to_console(self) -> None:
        """Only once the run is said to be running, so that nothing is printed before."""
        streams: tuple[tuple[Stream, int], ...] = (("stdout", self._spare.stdout), ("stderr", self._spare.stderr))
        for stream, descriptor in streams:
            asyncio.get_running_loop().add_reader(descriptor, self._hear_console, stream, descriptor)
            self._listening.add(descriptor)

    def _ignore(self, descriptor: int) -> None:
        asyncio.get_running_loop().remove_reader(descriptor)
        self._listening.discard(descriptor)

    def _deafen(self) -> None:
        self._outbox.close()
        for descriptor in tuple(self._listening):
            self._ignore(descriptor)

    async def _watch(self) -> None:
        while not self._over.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), policy.TICK_S)
            self._tick()

    def _tick(self) -> None:
        self._console.flush()
        self._wire_budget = policy.CLAIM_BYTES_PER_TICK
        if self._spare.wire.fileno() not in self._listening and not self._over.is_set():
            self._listen_to_wire()
        if self._overran():
            self._kill(Cause.MEMORY)
        self._pauses.check()
        if self._clock.running_s > self._job.limits.wall_s:
            self._kill(Cause.CLOCK)

    def _kill(self, cause: Cause) -> None:
        """End the cell; the first cause is the one that counts."""
        if self._cause is None and not self._over.is_set():
            self._cause = cause
            self._spare.kill()

    def _hear_console(self, stream: Stream, descriptor: int) -> bool:
        data = _read(descriptor)
        if not data:
            if data == b"":
                self._ignore(descriptor)
            return False
        self._console.hear(stream, data)
        if self._console.full:
            self._kill(Cause.CONSOLE)
        return True

    def _hear_wire(self) -> bool:
        data = _read(self._spare.wire.fileno())
        if not data:
            if data == b"":
                self._ignore(self._spare.wire.fileno())
            return False
        for claim in self._claims.hear(data):
            self._believe(claim)
        self._wire_budget -= len(data)
        if self._wire_budget < 0:
            self._ignore(self._spare.wire.fileno())  # until the next tick: a flood blocks its own sender
        return True

    def _believe(self, claim: Claim) -> None:
        """Only before `started` has no code of the student's run; after it, a claim is only a claim."""
        if not self._started:
            self._believe_cell(claim)
        elif claim.type == "end":
            self._said = claim.data
        elif claim.type in ("paused", "resumed"):
            self._pauses.hear(claim.type)
        elif claim.type in ("asking", "answer"):
            self._examine(claim)
        elif claim.type in policy.CLAIMS:
            self._teller.speak(claim.type, claim.data)

    def _believe_cell(self, claim: Claim) -> None:
        if claim.type == "started":
            self._started = True
            self._teller.speak("state", {"state": State.RUNNING})
            self._listen_to_console()
            self._pauses.begin()
        elif claim.type == "refused":
            self._refused = claim.data["message"]

    def _examine(self, claim: Claim) -> None:
        """Nothing counts that is said between the kill and its effect."""
        if self._examiner is None or self._cause is not None:
            return
        if question := self._examiner.hear(claim):
            self._outbox.send(question, bounded=False)
        elif self._examiner.satisfied:
            self._kill(Cause.ANSWERED)

    def _drain(self) -> None:
        """The student's process is gone: end what it left behind, and take what is in the pipes."""
        self._spare.kill()
        for _ in range(64):
            if not self._hear_wire():
                break
        if self._started:
            streams: tuple[tuple[Stream, int], ...] = (("stdout", self._spare.stdout), ("stderr", self._spare.stderr))
            for stream, descriptor in streams:
                while not self._console.full and self._hear_console(stream, descriptor):
                    pass
        if self._console.full and self._cause is None:
            self._cause = Cause.CONSOLE
        if self._cause is None and self._overran():
            self._cause = Cause.MEMORY

    def _overran(self) -> bool:
        """Whether the run has more memory than it may: by the kernel's word, or where there is no group by ours."""
        if group := self._spare.group:
            self._usage.follow_cpu()
            return group.overran
        return self._usage.exceeds(self._job.limits.memory_mb * MIB)

    def _report(self) -> dict[str, Any] | None:
        """What process 1 of the cell wrote at its end; no process of the student's can write there."""
        data = _read(self._spare.report)
        if self._cause is None and not self._refused and (not data or self._is_victim()):
            raise Lost
        report: dict[str, Any] | None = json.loads(data) if data else None
        return report

    def _is_victim(self) -> bool:
        """Whether the kernel killed it because the whole machine ran out of memory: not the code's doing."""
        return self._spare.group is not None and self._spare.group.was_victim

    def _tell_dropped(self) -> None:
        if account := self._claims.account():
            self._teller.notice(account)

    def _verdict(self, report: dict[str, Any] | None) -> Verdict:
        if self._refused or (self._cause is None and not self._started):
            return refuse(self._refused or "the sandbox could not be closed")
        ending = Ending(
            cause=self._cause,
            status=report["status"] if report else None,
            said=self._said.get("message", ""),
            said_memory=self._said.get("memory", False),
        )
        return judge(ending, self._job.limits)

    def _exit(self, verdict: Verdict, report: dict[str, Any] | None) -> Exit:
        cpu_s = max(self._usage.cpu_s, report["cpu_s"] - self._usage.base_cpu_s if report else 0)
        peak = self._spare.group.peak if self._spare.group else self._usage.peak
        return Exit(
            outcome=verdict.outcome,
            message=verdict.message,
            exit_code=verdict.exit_code,
            cpu_s=round(cpu_s, 3),
            wall_s=round(self._clock.running_s, 3),
            peak_mb=round(peak / MIB, 1),
            last_seq=self._teller.seq,
            paused_s=round(self._clock.paused_s, 3),
        )


def _read(descriptor: int) -> bytes | None:
    """What is there; empty at the end, none when there is nothing now."""
    try:
        return os.read(descriptor, _READ)
    except BlockingIOError:
        return None
    except OSError:
        return b""
