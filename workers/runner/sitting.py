"""One job from its cell to its exit: the run, and after it the questions of its checks in a second cell."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace

from workers.protocol import Control, Event, Exit, Graded, Job, State
from workers.runner import grading, policy
from workers.runner.grading import Questioning
from workers.runner.pool import Pool, Refused
from workers.runner.run import Lost, Run
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
        job = replace(self._job, checks=[])
        try:
            async with self._pool.lend(policy.sizes(job.limits)) as spare:
                teller = Teller(self._send)
                self._run = Run(job, spare, teller)
                ending = await self._run.complete()
        except Refused as refusal:
            return without_run(refuse(str(refusal)))
        if ending.outcome is not State.SUCCEEDED or not self._job.checks or self._stopped:
            return ending
        return replace(ending, checks=await self._grade(teller), last_seq=teller.seq)

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
        async with self._pool.lend(policy.sizes(job.limits)) as spare:
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
