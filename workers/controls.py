"""Hears `Stop` messages for the runs that this process is carrying out."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from redis import Redis, RedisError

from workers.protocol import CONTROLS, BadMessage, Stop, decode

logger = logging.getLogger(__name__)

PATIENCE_S = 10.0
"""How long the channel may be silent before it is tried by a ping; no pong either means a half-open connection."""


class Controls:
    """One subscription per process, opened with the first run. `listening` says what is to be called for a run.

    A message can be missed while Valkey is away, so whoever listens also looks at the run's stop key now and then.
    """

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._stops: dict[str, Callable[[], None]] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @contextmanager
    def listening(self, run: str, stop: Callable[[], None]) -> Iterator[None]:
        """Within this block, a `Stop` for the run calls `stop` from another thread."""
        with self._lock:
            self._stops[run] = stop
            if self._thread is None:
                self._thread = threading.Thread(target=self._listen_for_ever, name="controls", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                if self._stops.get(run) is stop:
                    del self._stops[run]

    def _listen_for_ever(self) -> None:
        while True:
            try:
                self._listen()
            except (RedisError, OSError) as error:
                logger.warning("Stop messages: Valkey is away (%s); trying again", error)
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
        stop = self._stops.get(message.run) if isinstance(message, Stop) else None
        if stop is not None:
            stop()
