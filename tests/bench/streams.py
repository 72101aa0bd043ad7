"""Live events under a crowd: how late an event is, what a client costs, and how long it takes to tell everybody.

Starts a Valkey and a streams process of its own; this process is the crowd and the one who publishes.
"""

from __future__ import annotations

import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from urllib.parse import urlencode

from redis import Redis

from apps.runs.tickets import Ticket, issue
from kindling.embedded.addresses import name_valkey
from kindling.embedded.secrets import Secrets
from kindling.embedded.serving import running
from kindling.embedded.valkey import Valkey
from tests.bench.streams_crowd import Crowd, allow_open_files
from tests.bench.streams_floor import PING, TELL
from tests.product import ROOT, find_ports, wait_for
from workers.protocol import APPEND, Event, encode, entry_id, stream_key

CLIENTS = 9000
VIEWERS = 5000
"""So many of the clients watch one run together; each of the others watches a run of its own."""

EVENTS_PER_S = 100
EVENTS = 1500
BROADCASTS = 15
BROADCAST_EVERY_S = 0.5

_SENT = re.compile(rb'"text":"([0-9]+)"')


def measure(_: object = None) -> Iterator[tuple[str, float, str]]:
    """Needs no product; takes a student as the other figures do. About a minute."""
    allow_open_files(2 * CLIENTS)
    own_runs, shared_run = [str(uuid.uuid4()) for _ in range(CLIENTS - VIEWERS)], str(uuid.uuid4())
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kindling-bench-streams-")))
        service = stack.enter_context(_serving(folder))
        floor = stack.enter_context(_flooring())
        crowd = stack.enter_context(closing(Crowd(service.port)))
        _gather(crowd, service, [*own_runs, *[shared_run] * VIEWERS])
        _measure_broadcast(crowd, lambda: service.publish(shared_run))  # whoever came last has read what there was
        yield "stream_clients", len(crowd), ""
        yield "stream_join_cpu_us", (service.read_cpu_s() - service.begun_cpu_s) / len(crowd) * 1e6, "µs"
        yield "stream_kb_per_client", (service.read_memory_kb() - service.memory_kb) / len(crowd), "KB"
        delays, pings = _measure_delays(crowd, service, own_runs, floor)
        yield "stream_p99_ms", _find_percentile(delays, 99), "ms"
        yield "stream_median_ms", statistics.median(delays), "ms"
        yield "stream_floor_p99_ms", _find_percentile(pings, 99), "ms"
        busy_s = service.read_cpu_s()
        told = [_measure_broadcast(crowd, lambda: service.publish(shared_run)) for _ in range(BROADCASTS)]
        yield "stream_broadcast_p99_ms", statistics.median(told), "ms"
        yield "stream_broadcast_cpu_us", (service.read_cpu_s() - busy_s) / BROADCASTS / VIEWERS * 1e6, "µs"
        plain = stack.enter_context(closing(Crowd(floor.port)))
        for _ in range(VIEWERS):
            plain.connect()
            floor.ping()  # who pings is accepted
        told = [_measure_broadcast(plain, floor.tell_all) for _ in range(BROADCASTS)]
        yield "stream_broadcast_floor_ms", statistics.median(told), "ms"


class Service:
    """A Valkey and a streams process over it."""

    def __init__(self, data: Path, port: int, pid: int, ticket_key: str) -> None:
        self.port = port
        self.memory_kb = 0
        self.begun_cpu_s = 0.0
        self._pid, self._ticket_key = pid, ticket_key
        self._valkey = Redis.from_url(name_valkey(data, user="web", password=Secrets.read(data).valkey_web))
        self._append = self._valkey.register_script(APPEND)
        self._seqs: dict[str, int] = {}

    def is_ready(self) -> bool:
        request = b"GET /health HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                connection.sendall(request)
                return connection.recv(1000).startswith(b"HTTP/1.1 200")
        except ConnectionError:
            return False

    def read_memory_kb(self) -> int:
        """What the process holds of the machine's memory."""
        return int(re.findall(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{self._pid}/status").read_text())[0])

    def read_cpu_s(self) -> float:
        fields = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def write_request(self, run: str) -> bytes:
        """As a browser asks: its headers are a part of what a client costs."""
        ticket = Ticket(run=run, user="", origin="http://page.example", expires=int(time.time()) + 60)
        query = urlencode({"ticket": issue(self._ticket_key, ticket)})
        return (
            f"GET /runs/{run}/events?{query} HTTP/1.1\r\n"
            "Host: 127.0.0.1\r\n"
            "Connection: keep-alive\r\n"
            "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36\r\n"
            "Accept: text/event-stream\r\n"
            "Cache-Control: no-store\r\n"
            "Origin: http://page.example\r\n"
            "Sec-Fetch-Site: same-site\r\n"
            "Sec-Fetch-Mode: cors\r\n"
            "Sec-Fetch-Dest: empty\r\n"
            "Referer: http://page.example/\r\n"
            "Accept-Encoding: gzip, deflate, br, zstd\r\n"
            "Accept-Language: en-US,en;q=0.9\r\n\r\n"
        ).encode()

    def publish(self, run: str) -> None:
        """One event, as a worker adds it. It says when it was sent, in nanoseconds of the machine's monotonic clock."""
        seq = self._seqs[run] = self._seqs.get(run, 0) + 1
        event = Event(seq=seq, at=seq / 100, type="stdout", data={"text": str(time.monotonic_ns())})
        self._append(keys=[stream_key(run)], args=[run, 20_000, 20_000, "0", entry_id(1, seq), encode(event).rstrip()])


@contextmanager
def _serving(folder: Path) -> Iterator[Service]:
    data, port, ticket_key = folder / "data", find_ports(), "bench"
    data.mkdir()
    engine = Valkey(data, durable=False)
    with running(engine, folder / "valkey.log"):
        wait_for(engine.answers, "Valkey")
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{ROOT / 'platform'}:{ROOT}",
            "VALKEY_URL": name_valkey(data, user="streams", password=Secrets.read(data).valkey_streams),
            "KINDLING_TICKET_KEY": ticket_key,
        }
        command = [sys.executable, "-m", "kindling.streams", f"--port={port}"]
        process = subprocess.Popen(command, env=environment, cwd=ROOT)
        try:
            service = Service(data, port, process.pid, ticket_key)
            wait_for(service.is_ready, "the streams process")
            service.memory_kb, service.begun_cpu_s = service.read_memory_kb(), service.read_cpu_s()
            yield service
        finally:
            process.terminate()
            process.wait(15)


class Floor:
    """A process that does nothing but echo, and send to sockets."""

    def __init__(self, asked: socket.socket, port: int) -> None:
        self.port = port
        self._asked = asked

    def ping(self) -> float:
        """Milliseconds there and back."""
        begun = time.monotonic_ns()
        self._asked.send(PING)
        assert self._asked.recv(1) == PING
        return (time.monotonic_ns() - begun) / 1e6

    def tell_all(self) -> None:
        self._asked.send(TELL)


@contextmanager
def _flooring() -> Iterator[Floor]:
    here, there = socket.socketpair()
    with here, there, socket.create_server(("127.0.0.1", 0), backlog=VIEWERS) as listener:
        fds = (there.fileno(), listener.fileno())
        command = [sys.executable, "-m", "tests.bench.streams_floor", *map(str, fds)]
        process = subprocess.Popen(command, pass_fds=fds, cwd=ROOT)
        there.close()
        yield Floor(here, listener.getsockname()[1])
        here.close()
        process.wait(15)


def _gather(crowd: Crowd, service: Service, runs: Sequence[str], *, at_once: int = 500) -> None:
    """Connects a viewer of each of the runs; returns when each has had its first bytes."""
    heads: dict[int, bytes] = {}
    waiting: set[int] = set()

    def hear(fd: int, words: bytes) -> None:
        heads[fd] = heads.get(fd, b"") + words
        if fd in waiting and b"\n\n" in heads[fd]:
            assert heads[fd].startswith(b"HTTP/1.1 200"), heads[fd]
            waiting.discard(fd)

    for first in range(0, len(runs), at_once):
        waiting.update(crowd.connect(service.write_request(run)) for run in runs[first : first + at_once])
        crowd.listen(hear, until=lambda: not waiting)


def _measure_delays(
    crowd: Crowd, service: Service, runs: Sequence[str], floor: Floor
) -> tuple[list[float], list[float]]:
    """Milliseconds from publishing to a client, and, at the same time, of a ping to a process that only echoes."""
    dice = random.Random(1)  # noqa: S311 (the same way every time)
    delays: list[float] = []
    pings: list[float] = []

    def hear(_: int, words: bytes) -> None:
        now = time.monotonic_ns()
        delays.extend((now - int(sent)) / 1e6 for sent in _SENT.findall(words))

    begun = time.monotonic()
    for number in range(EVENTS):
        due = begun + number / EVENTS_PER_S
        while (left := due - time.monotonic()) > 0:
            crowd.listen_once(hear, timeout_s=left)
        service.publish(dice.choice(runs))
        pings.append(floor.ping())
    crowd.listen(hear, until=lambda: len(delays) == EVENTS)
    return delays, pings


def _measure_broadcast(crowd: Crowd, tell: Callable[[], None]) -> float:
    """Milliseconds until 99 % of those whom `tell` tells have heard."""
    heard: dict[int, int] = {}

    def hear(fd: int, words: bytes) -> None:
        if b"event: stdout" in words:
            heard[fd] = time.monotonic_ns()

    time.sleep(BROADCAST_EVERY_S)
    begun = time.monotonic_ns()
    tell()
    crowd.listen(hear, until=lambda: len(heard) == VIEWERS)
    return (sorted(heard.values())[VIEWERS * 99 // 100] - begun) / 1e6


def _find_percentile(values: Sequence[float], percent: int) -> float:
    return sorted(values)[len(values) * percent // 100]


if __name__ == "__main__":
    for name, value, unit in measure():
        print(f"{name} {value:.4g} {unit}", flush=True)
