"""One job from its cell to its exit: the run, and after it the questions of its checks in a second cell."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from workers.protocol import Control, Event, Exit, Graded, Job, State
from workers.runner import gpu, grading, policy
from workers.runner.grading import Questioning
from workers.runner.pool import Pool, Refused
from workers.runner.run import Lost, Run
from workers.runner.spare import Spare
from workers.runner.teller import Teller
from workers.runner.verdict import Verdict, refuse

log = logging.getLogger(__name__)

_GRADING_TRIES = 2

_OUR_FAULT = "The checks of this project could not be carried out. That is our fault, not your code's; run it again to be graded."
_STOPPED = "You stopped this run before its checks had been carried out."


class Sitting:
    """Carries one job out. `hold` is awaited once; `stop` and `control` may come at any time."""

    def __init__(self, job: Job, pool: Pool, send: Callable[[Event], None]) -> None:
        self._job = job
        self._pool = pool
        self._send = send
        self._run: Run | None = None
        self._grading: asyncio.Task[list[Graded] | None] | None = None
        self._stopped = False
        self._held_s = 0.0

    @property
    def began(self) -> bool:
        """Whether it has had a cell."""
        return self._run is not None

    def stop(self) -> None:
        """The student asked for it."""
        self._stopped = True
        if self._run is not None:
            self._run.stop()
        if self._grading is not None:
            self._grading.cancel()

    def control(self, control: Control) -> None:
        """Pass this on to the run; the second one, which answers the checks, is nobody's to control."""
        if self._run is not None:
            self._run.control(control)

    async def hold(self) -> Exit:
        """The exit. Raises `Lost`."""
        try:
            try:
                return await self._hold_on(self._job.device)
            except Refused as refusal:
                return await self._do_without(str(refusal))
        except Refused as refusal:
            return without_run(refuse(str(refusal)))

    async def _do_without(self, reason: str) -> Exit:
        """What no GPU can take goes on the CPU, and the student is told before anything else. Raises `Refused`."""
        if self._job.device == "cpu":
            raise Refused(reason)
        log.error("a run that asked for a GPU goes without: %s", reason)
        return await self._hold_on("cpu", gpu.tell_fallback(reason))

    async def _hold_on(self, device: str, notice: str = "") -> Exit:
        """On this device. Raises `Lost`, or `Refused` before anything was told."""
        self._job = job = replace(self._job, device=device)
        async with self._lend() as spare:
            teller = Teller(self._send)
            if notice:
                teller.notice(notice)
            self._run = Run(replace(job, checks=[]), spare, teller)
            ending = await self._run.complete()
        if ending.outcome is State.SUCCEEDED and job.checks and not self._stopped:
            ending = replace(ending, checks=await self._grade(teller), last_seq=teller.seq)
        return replace(ending, device=device, gpu_s=round(self._held_s, 3), torch=self._pool.torch)

    @asynccontextmanager
    async def _lend(self) -> AsyncIterator[Spare]:
        """A cell on the job's device; for how long an accelerator is held counts, pauses and all."""
        async with self._pool.lend(policy.sizes(self._job.limits), self._job.device) as spare:
            began = time.monotonic()
            try:
                yield spare
            finally:
                if self._job.device == "gpu":
                    self._held_s += time.monotonic() - began

    async def _grade(self, teller: Teller) -> list[Graded] | None:
        """What came of the checks, told as the verdict; none when that could not be found out, which is told, too."""
        self._grading = asyncio.create_task(self._question_patiently())
        try:
            graded = await self._grading
        except asyncio.CancelledError:
            if not self._stopped:
                raise
            teller.notice(_STOPPED)
            return None
        finally:
            self._grading.cancel()
        if graded is None:
            teller.notice(_OUR_FAULT)
        else:
            teller.speak("verdict", grading.verdict(graded))
        return graded

    async def _question_patiently(self) -> list[Graded] | None:
        """A second time when the cell was lost, which is our fault; none when that was in vain."""
        for _ in range(_GRADING_TRIES):
            try:
                return await self._question()
            except (Lost, Refused) as error:
                log.error("a program could not be graded: %s", error or "its cell vanished")
        return None

    async def _question(self) -> list[Graded]:
        """Run the code again, silently, and ask. Raises `Lost` or `Refused`."""
        questioning = Questioning(self._job.checks)
        job = replace(self._job, checks=[], questioned=True)
        async with self._lend() as spare:
            ending = await Run(job, spare, Teller(lambda event: None), questioning).complete()
        if ending.outcome is State.REFUSED:
            raise Refused(ending.message)
        return questioning.grade(ending)


def without_run(verdict: Verdict) -> Exit:
    """The exit of a job that had no cell."""
    return Exit(
        outcome=verdict.outcome,
        message=verdict.message,
        exit_code=verdict.exit_code,
        cpu_s=0,
        wall_s=0,
        peak_mb=0,
        last_seq=0,
    )
