"""One attempt at a run, from the job to the word about its end: reads the runner, feeds the stream, holds the lease."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from redis import RedisError

from workers.allowance import Allowance
from workers.line import Line, RunnerGone, call
from workers.protocol import BadMessage, Control, Event, Exit, Finished, Job, Reached, State, Stop, decode, encode
from workers.sieve import Reach, Sieve
from workers.valkey import Ledger

logger = logging.getLogger(__name__)

RENEW_EVERY_S = 5.0
RETRY_AFTER_S = 0.3
TELL_AFTER_S = 0.05
"""Telling the recorder of a new state costs milliseconds, and the first loss is worth more. What changed again meanwhile
(starting, then running) is told once."""
STOP_PATIENCE_S = 15.0
"""How long after a stop the runner may take to say how the run ended, before it is hung up on."""
GIVE_UP_S = 900.0
"""How long the word about an end is repeated while Valkey is away; after that Postgres has called the run lost."""
BATCH = 200


class FencedOut(Exception):
    """A later attempt speaks for this run now."""


class Attempt:
    """Carries out one job. `tell` sends a message to the recorder and raises when it cannot."""

    def __init__(
        self,
        job: Job,
        *,
        ledger: Ledger,
        runner: Path,
        worker: str,
        tell: Callable[[Reached | Finished], None],
        draining: Callable[[], bool],
        runner_patience_s: float = 30.0,
    ) -> None:
        self._job = job
        self._ledger = ledger
        self._runner = runner
        self._runner_patience_s = runner_patience_s
        self._worker = worker
        self._tell = tell
        self._draining = draining
        self._sieve = Sieve()
        self._events: list[bytes] = []  # all of them: what Valkey forgot can be sent again
        self._published = 0
        self._line: Line | None = None
        self._stop_asked_at: float | None = None
        self._taking_controls = threading.Lock()
        self._allowance = Allowance(job)
        self._told: Reach | None = None
        self._due_renewal = time.monotonic()
        self._due_publication = 0.0
        self._due_telling: float | None = None

    def carry_out(self) -> None:
        """Run the job, publish its events and tell its end. Blocks until then, and while Valkey is away."""
        try:
            self._finish(self._follow())
        except FencedOut:
            logger.warning("Run %s: attempt %s was given up; its job is ended", self._job.run, self._job.fence)

    def stop(self) -> None:
        """Ask the runner to end the job; harmless when repeated. Called from any thread."""
        if self._stop_asked_at is None:
            self._stop_asked_at = time.monotonic()
        line = self._line
        if line is not None:
            try:
                line.send(Stop(run=self._job.run))
            except RunnerGone:
                logger.info("Run %s: the runner was gone when the stop came", self._job.run)

    def take_controls(self) -> None:
        """Hand on what the run is asked to do, while there is a line to its runner. Called from any thread."""
        line = self._line
        if line is None:
            return  # it waits in the list until there is one
        try:
            with self._taking_controls:  # two threads must not change the order
                for text in self._ledger.take_controls():
                    self._hand_on(text, line)
        except (RedisError, RunnerGone) as error:
            logger.warning("Run %s: what was asked of it could not be handed on (%s)", self._job.run, error)

    def _hand_on(self, text: bytes, line: Line) -> None:
        try:
            message = decode(text)
        except BadMessage as error:
            logger.error("Run %s: not a control: %s", self._job.run, error)
            return
        if isinstance(message, Control) and message.run == self._job.run:
            line.send(message)
        else:
            logger.error("Run %s: not a control of this run: %s", self._job.run, message.kind)

    def _follow(self) -> Exit:
        """Everything between taking the job and knowing its end."""
        self._renew()
        if self._stop_asked_at is not None:
            return self._ended(State.STOPPED, "Stopped before it began.")
        try:
            self._line = line = call(self._runner, self._runner_patience_s)
        except RunnerGone as error:
            return self._ended(State.LOST, f"The runner of this machine could not be reached ({error}).")
        try:
            line.send(self._job)
            if self._stop_asked_at is not None:  # asked while the line was being made
                self.stop()
            self.take_controls()
            return self._listen(line)
        except RunnerGone as error:
            return self._cut_off(str(error))
        finally:
            self._line = None
            line.close()

    def _listen(self, line: Line) -> Exit:
        while True:
            for text in line.receive(self._until_next_duty()):
                over = self._take(text)
                if over is not None:
                    return over
            self._do_duties()

    def _take(self, text: bytes) -> Exit | None:
        try:
            message = decode(text)
        except BadMessage as error:
            logger.error("Run %s: the runner sent what is no message (%s)", self._job.run, error)
            return None
        if isinstance(message, Event):
            self._events += self._sieve.take(message)
            self._notice_state()
        return message if isinstance(message, Exit) else None

    def _notice_state(self) -> None:
        reach = self._sieve.reach
        if reach is None or reach == self._told:
            return
        self._allowance.notice(reach.state)
        if self._due_telling is None:
            self._due_telling = time.monotonic() + TELL_AFTER_S

    def _until_next_duty(self) -> float:
        """Seconds that nothing but the runner needs attention; at most one, for a drain or a deadline."""
        due = [self._due_renewal, time.monotonic() + 1.0]
        if self._due_telling is not None:
            due.append(self._due_telling)
        if self._published < len(self._events):
            due.append(self._due_publication)
        return min(due) - time.monotonic()

    def _do_duties(self) -> None:
        now = time.monotonic()
        if self._published < len(self._events) and now >= self._due_publication:
            self._publish()
        if self._due_telling is not None and now >= self._due_telling:
            self._tell_state()
        if now >= self._due_renewal:
            self._renew()
        self._check_deadlines(now)

    def _check_deadlines(self, now: float) -> None:
        if self._stop_asked_at is not None and now > self._stop_asked_at + STOP_PATIENCE_S:
            raise RunnerGone("the runner did not end a run that was stopped")
        if self._allowance.is_over:
            raise RunnerGone("the runner did not end a run that was over its time")
        if self._draining():
            raise RunnerGone("this machine is being shut down")

    def _publish(self) -> None:
        """Send what the stream has not got; on failure keep it and try again soon."""
        try:
            while self._published < len(self._events):
                batch = self._events[self._published : self._published + BATCH]
                fence, seq = self._ledger.publish(self._published + 1, batch)
                if fence > self._job.fence or seq > len(self._events):
                    raise FencedOut
                self._published = seq if fence == self._job.fence else 0
        except RedisError as error:
            self._due_publication = time.monotonic() + RETRY_AFTER_S
            logger.warning("Run %s: events are kept until Valkey is back (%s)", self._job.run, error)

    def _renew(self) -> None:
        """Hold the lease; also the moment to see a stop or a control whose message was missed."""
        try:
            if not self._ledger.renew():
                raise FencedOut
            if self._ledger.stop_asked():
                self.stop()
            self.take_controls()
            self._due_renewal = time.monotonic() + RENEW_EVERY_S
        except RedisError as error:
            self._due_renewal = time.monotonic() + RETRY_AFTER_S
            logger.warning("Run %s: the lease could not be renewed (%s)", self._job.run, error)

    def _tell_state(self) -> None:
        reach = self._sieve.reach
        assert reach is not None  # noqa: S101 - it is due because there is one
        try:
            run, fence = self._job.run, self._job.fence
            self._tell(Reached(run=run, fence=fence, seq=reach.seq, state=reach.state, worker=self._worker))
            self._told, self._due_telling = reach, None
        except OSError as error:
            self._due_telling = time.monotonic() + RETRY_AFTER_S
            logger.warning("Run %s: the recorder could not be told of its state (%s)", self._job.run, error)

    def _cut_off(self, why: str) -> Exit:
        """The runner gave no end. That is our fault, unless the student had asked for one anyway."""
        if self._stop_asked_at is not None:
            return self._ended(State.STOPPED, "Stopped.")
        return self._ended(State.LOST, f"The run was cut off: {why}.")

    def _ended(self, outcome: State, message: str) -> Exit:
        over = make_exit(outcome, message, wall_s=self._allowance.spent_s)
        return replace(over, paused_s=self._allowance.paused_s)

    def _finish(self, over: Exit) -> None:
        """Publish the rest, then tell the recorder; the lease stays until it has written that down."""
        finished = Finished(
            run=self._job.run, fence=self._job.fence, exit=self._renumbered(over), metrics=self._sieve.metrics
        )
        until = time.monotonic() + GIVE_UP_S
        told = False
        while not told and time.monotonic() < until:
            self._publish()
            told = self._published == len(self._events) and self._tell_finished(finished)
            if not told:
                time.sleep(RETRY_AFTER_S)
        if not told:
            logger.error("Run %s: the recorder could not be told of its end", self._job.run)

    def _tell_finished(self, finished: Finished) -> bool:
        try:
            if not self._ledger.keep_end(encode(finished)):
                raise FencedOut
            self._tell(finished)
            self._ledger.put_away(self._worker)
        except (RedisError, OSError) as error:
            logger.warning("Run %s: the recorder could not be told of the end (%s)", self._job.run, error)
            return False
        return True

    def _renumbered(self, over: Exit) -> Exit:
        """The runner's word, with the number of the last event that was let through."""
        return replace(over, last_seq=self._sieve.last_seq)


def make_exit(outcome: State, message: str, *, wall_s: float = 0.0) -> Exit:
    """The end of an attempt in the worker's own words, for want of the runner's."""
    return Exit(outcome=outcome, message=message, exit_code=None, cpu_s=0.0, wall_s=wall_s, peak_mb=0.0, last_seq=0)
