"""A real streams process over the tests' Valkey."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from redis import Redis

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def _process() -> Iterator[str]:
    port = find_port()
    process = start_streams(port)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(10)


@pytest.fixture
def streams(_process: str, valkey: Redis) -> str:
    """The address of a streams process that is connected to an empty Valkey."""
    wait_until_healthy(_process)
    return _process


def start_streams(port: int, valkey_url: str = "") -> subprocess.Popen[bytes]:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{ROOT / 'platform'}:{ROOT}",
        "VALKEY_URL": valkey_url or settings.VALKEY_URL,
        "KINDLING_TICKET_KEY": settings.TICKET_KEY,
    }
    return subprocess.Popen([sys.executable, "-m", "kindling.streams", f"--port={port}"], env=environment, cwd=ROOT)


def wait_until_healthy(address: str) -> None:
    until = time.monotonic() + 20
    while True:
        try:
            if httpx.get(f"{address}/health").status_code == 200:
                return
        except httpx.TransportError:
            pass
        assert time.monotonic() < until, "the streams process did not come up"
        time.sleep(0.05)


def find_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
