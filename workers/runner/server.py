"""The runner's door: a Unix socket, one connection per job (or per question what this machine is)."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from workers.protocol import (
    MAX_CODE_BYTES,
    BadMessage,
    Control,
    Exit,
    Job,
    Machine,
    Message,
    State,
    Stop,
    Survey,
    decode,
    encode,
)
from workers.runner import cgroup, gpu
from workers.runner.outside import Outfit
from workers.runner.pool import Pool
from workers.runner.run import Lost
from workers.runner.sitting import Sitting, without_run
from workers.runner.verdict import Verdict

log = logging.getLogger(__name__)

_LONGEST_LINE = 8 * MAX_CODE_BYTES
Greet = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def serve(socket: Path, slots: int, tier: str | None = None) -> None:
    """Answer jobs until SIGTERM or SIGINT; then kill every run, every zygote, and take the socket away."""
    groups = cgroup.find()
    pool = Pool(await _outfits(slots), groups, tier)
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
    log.info("ready on %s with %d slots", socket, pool.slots)
    done, _ = await asyncio.wait({keeping, asyncio.create_task(over.wait())}, return_when=asyncio.FIRST_COMPLETED)
    server.close()
    socket.unlink(missing_ok=True)
    for task in (*conversations, keeping):
        task.cancel()
    await asyncio.gather(*conversations, keeping, return_exceptions=True)
    if groups is not None:
        groups.close()
    if keeping in done:
        keeping.result()


async def _outfits(slots: int) -> list[Outfit]:
    """So many slots for the CPU, and one for each accelerator."""
    found = await gpu.discover_patiently()
    for accelerator in found:
        log.info("GPU: %s, %s", accelerator.label, accelerator.uuid)
    plain = Outfit(variables=gpu.HIDDEN, warming=gpu.HIDDEN) if found else Outfit()
    return [plain] * slots + [gpu.outfit(accelerator) for accelerator in found]


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
        self._sitting: Sitting | None = None
        self._lines: list[bytes] = []

    async def hold(self) -> None:
        """From the job to the exit. Without an exit the worker knows that the run was lost."""
        try:
            message = await self._first()
            answer = self._survey() if isinstance(message, Survey) else await self._answer(message)
            if answer:
                self._say(answer)
                self._send()
                await self._writer.drain()
        except BadMessage as error:
            log.error("a worker spoke badly: %s", error)
        except (ConnectionError, asyncio.IncompleteReadError):
            log.info("a worker left early")
        except Lost:
            log.error("a cell vanished under its run")
        finally:
            self._writer.close()

    async def _first(self) -> Job | Survey:
        try:
            message = decode(await self._reader.readuntil())
        except asyncio.LimitOverrunError as error:
            raise BadMessage("the line is too long") from error
        if not isinstance(message, Job | Survey):
            raise BadMessage("a job was expected")
        return message

    def _survey(self) -> Machine:
        pool = self._pool
        return Machine(
            slots=pool.slots, tier=pool.tier, devices=pool.accelerators, refusal=pool.refusal, torch=pool.torch
        )

    async def _answer(self, job: Job) -> Exit | None:
        """The exit of the job; none when the other side left or the runner ends."""
        if reason := _unfit(job):
            return without_run(reason)
        self._sitting = sitting = Sitting(job, self._pool, self._say)
        work = asyncio.create_task(sitting.hold())
        ears = asyncio.create_task(self._listen(job, sitting))
        try:
            await asyncio.wait({work, ears}, return_when=asyncio.FIRST_COMPLETED)
            if work.done() or sitting.began:
                return await work if work.done() or ears.result() else None
            return without_run(STOPPED) if ears.result() else None
        finally:
            await _cancel(work, ears)

    async def _listen(self, job: Job, sitting: Sitting) -> bool:
        """Whether the student stopped the run (and the worker waits for its exit), or the worker left."""
        while line := await self._reader.readline():
            message = decode(line)
            if isinstance(message, Stop) and message.run == job.run:
                sitting.stop()
                return True
            if isinstance(message, Control) and message.run == job.run:
                sitting.control(message)
            else:
                log.warning("a worker sent a %s in the middle of a run", message.kind)
        return False

    def _say(self, message: Message) -> None:
        """What a run can say is bounded by its limits, so nobody has to wait for a slow worker."""
        if not self._lines:
            asyncio.get_running_loop().call_soon(self._send)
        self._lines.append(encode(message))

    def _send(self) -> None:
        """What was said in one turn of the loop goes out at once: the worker is woken once for it."""
        if self._lines and not self._writer.is_closing():
            self._writer.write(b"".join(self._lines))
        self._lines.clear()


STOPPED = Verdict(State.STOPPED, "You stopped this run before it began.", None)


def _unfit(job: Job) -> Verdict | None:
    """Why this job cannot run on any slot."""
    if len(job.code.encode("utf-8", "replace")) > MAX_CODE_BYTES:
        message = f"Your code is larger than {MAX_CODE_BYTES // 1024} KB, so it was not run; make it shorter."
        return Verdict(State.REFUSED, message, None)
    return None


async def _cancel(*tasks: asyncio.Task[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
