"""The runner's door: a Unix socket, one connection per job."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from workers.protocol import MAX_CODE_BYTES, BadMessage, Exit, Job, Message, State, Stop, decode, encode
from workers.runner import policy
from workers.runner.pool import Pool, Refused
from workers.runner.run import Lost, Run
from workers.runner.verdict import Verdict, refuse

log = logging.getLogger(__name__)

_LONGEST_LINE = 8 * MAX_CODE_BYTES
Greet = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def serve(socket: Path, slots: int) -> None:
    """Answer jobs until SIGTERM or SIGINT; then kill every run, every zygote, and take the socket away."""
    pool = Pool(slots)
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    conversations: set[asyncio.Task[None]] = set()

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine runs in a task
        conversations.add(task)
        task.add_done_callback(conversations.discard)
        await Conversation(pool, reader, writer).hold()

    keeping = asyncio.create_task(pool.keep())
    server = await _listen(greet, socket)
    log.info("ready on %s with %d slots", socket, slots)
    done, _ = await asyncio.wait({keeping, asyncio.create_task(over.wait())}, return_when=asyncio.FIRST_COMPLETED)
    server.close()
    socket.unlink(missing_ok=True)
    for task in (*conversations, keeping):
        task.cancel()
    await asyncio.gather(*conversations, keeping, return_exceptions=True)
    if keeping in done:
        keeping.result()


async def _listen(greet: Greet, socket: Path) -> asyncio.Server:
    """Only this user may connect, from the first moment on."""
    socket.unlink(missing_ok=True)
    before = os.umask(0o177)
    try:
        return await asyncio.start_unix_server(greet, socket, limit=_LONGEST_LINE)
    finally:
        os.umask(before)


class Conversation:
    """One connection: a job in, events and an exit out. When the other side leaves, the run ends."""

    def __init__(self, pool: Pool, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._pool = pool
        self._reader = reader
        self._writer = writer
        self._run: Run | None = None

    async def hold(self) -> None:
        """From the job to the exit. Without an exit the worker knows that the run was lost."""
        try:
            if ending := await self._answer(await self._job()):
                self._say(ending)
                await self._writer.drain()
        except BadMessage as error:
            log.error("a worker spoke badly: %s", error)
        except (ConnectionError, asyncio.IncompleteReadError):
            log.info("a worker left early")
        except Lost:
            log.error("a cell vanished under its run")
        finally:
            self._writer.close()

    async def _job(self) -> Job:
        try:
            message = decode(await self._reader.readuntil())
        except asyncio.LimitOverrunError as error:
            raise BadMessage("the line is too long") from error
        if not isinstance(message, Job):
            raise BadMessage("a job was expected")
        return message

    async def _answer(self, job: Job) -> Exit | None:
        """The exit of the job; none when the other side left or the runner ends."""
        if reason := _unfit(job):
            return _without_run(reason)
        work = asyncio.create_task(self._work(job))
        ears = asyncio.create_task(self._listen(job))
        try:
            await asyncio.wait({work, ears}, return_when=asyncio.FIRST_COMPLETED)
            if work.done() or self._run is not None:
                return await work if work.done() or ears.result() else None
            return _without_run(STOPPED) if ears.result() else None
        finally:
            await _cancel(work, ears)

    async def _work(self, job: Job) -> Exit:
        try:
            async with self._pool.lend(policy.sizes(job.limits)) as spare:
                self._run = Run(job, spare, self._say)
                return await self._run.complete()
        except Refused as refusal:
            return _without_run(refuse(str(refusal)))

    async def _listen(self, job: Job) -> bool:
        """Whether the student stopped the run (and the worker waits for its exit), or the worker left."""
        while line := await self._reader.readline():
            if (message := decode(line)) == Stop(run=job.run):
                if self._run is not None:
                    self._run.stop()
                return True
            log.warning("a worker sent a %s in the middle of a run", message.kind)
        return False

    def _say(self, message: Message) -> None:
        """What a run can say is bounded by its limits, so nobody has to wait for a slow worker."""
        if not self._writer.is_closing():
            self._writer.write(encode(message))


STOPPED = Verdict(State.STOPPED, "You stopped this run before it began.", None)


def _unfit(job: Job) -> Verdict | None:
    """Why this job cannot run on any slot."""
    if len(job.code.encode("utf-8", "replace")) > MAX_CODE_BYTES:
        message = f"Your code is larger than {MAX_CODE_BYTES // 1024} KB, so it was not run; make it shorter."
        return Verdict(State.REFUSED, message, None)
    if job.device != "cpu":
        message = f"This machine cannot run code on the device {job.device!r}; run it on the CPU."
        return Verdict(State.REFUSED, message, None)
    return None


def _without_run(verdict: Verdict) -> Exit:
    return Exit(
        outcome=verdict.outcome,
        message=verdict.message,
        exit_code=verdict.exit_code,
        cpu_s=0,
        wall_s=0,
        peak_mb=0,
        last_seq=0,
    )


async def _cancel(*tasks: asyncio.Task[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
