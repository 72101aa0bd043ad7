"""Hears what is asked of the runs that this process is carrying out: to stop, or to look into their lists of controls."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from redis import Redis, RedisError

from workers.protocol import CONTROLS, Asked, BadMessage, Stop, decode

logger = logging.getLogger(__name__)

PATIENCE_S = 5.0
"""How long the channel may be silent before it is tried by a ping; no pong either means a half-open connection."""


class Steered(Protocol):
    """What is going on and can be steered; called from the thread that listens. Neither may raise or wait for long."""

    def stop(self) -> None: ...

    def take_controls(self) -> None: ...


class Controls:
    """One subscription per process, opened with the first run. `listening` says who is to hear what is asked of a run.

    A message can be missed while Valkey is away, so whoever listens also looks at the run's stop key and its list of
    controls now and then.
    """

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._steered: dict[str, Steered] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @contextmanager
    def listening(self, run: str, steered: Steered) -> Iterator[None]:
        """Within this block, a `Stop` or `Asked` for the run calls `steered` from another thread."""
        with self._lock:
            self._steered[run] = steered
            if self._thread is None:
                self._thread = threading.Thread(target=self._listen_for_ever, name="controls", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                if self._steered.get(run) is steered:
                    del self._steered[run]

    def _listen_for_ever(self) -> None:
        while True:
            try:
                self._listen()
            except (RedisError, OSError) as error:
                logger.warning("Controls: Valkey is away (%s); trying again", error)
                time.sleep(0.5)

    def _listen(self) -> None:
        with self._client.pubsub(ignore_subscribe_messages=True) as channel:  # type: ignore[no-untyped-call]
            channel.subscribe(CONTROLS)
            silent = 0
            while silent < 3:
                message = channel.get_message(timeout=PATIENCE_S)
                if message is None:
                    silent += 1
                    channel.ping()
                    continue
                silent = 0
                if message["type"] == "message":
                    self._hear(message["data"])
        raise ConnectionError("no answer to pings")

    def _hear(self, line: bytes) -> None:
        try:
            message = decode(line)
        except BadMessage as error:
            logger.error("Not a control message: %s", error)
            return
        steered = self._steered.get(getattr(message, "run", ""))
        if steered is not None and isinstance(message, Stop):
            steered.stop()
        elif steered is not None and isinstance(message, Asked):
            steered.take_controls()
