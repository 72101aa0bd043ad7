"""`python -m kindling.streams --host 127.0.0.1 --port 8001`, with VALKEY_URL and KINDLING_TICKET_KEY in the environment."""

from __future__ import annotations

import argparse
import gc
import logging
import os
import resource
import socket
import sys

import uvicorn

from kindling.streams.app import LiveEvents
from kindling.streams.hub import Hub

UNACKNOWLEDGED_MS = 12_000
"""The kernel drops a client who acknowledges nothing for so long, or leaves no room. With a heartbeat every 15 s, one that
has vanished without a word is gone within 30 s."""

SEND_BUFFER = 64 * 1024
"""What the kernel keeps for a client who does not read; left alone, it would let that grow to megabytes."""


class Server(uvicorn.Server):
    """Tells the streams that it ends, before it waits for them to end."""

    def __init__(self, config: uvicorn.Config, app: LiveEvents) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._app.send_home()
        await super().shutdown(sockets)


def main() -> int:
    options = _read_options()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    valkey_url, ticket_key = os.environ.get("VALKEY_URL", ""), os.environ.get("KINDLING_TICKET_KEY", "")
    if not valkey_url or not ticket_key:
        sys.stderr.write("Live events need VALKEY_URL and KINDLING_TICKET_KEY in the environment.\n")
        return 2
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    app = LiveEvents(Hub(valkey_url), ticket_key)
    config = uvicorn.Config(
        app,
        loop="uvloop",  # half the CPU per event
        http="h11",  # httptools was measured: as much CPU per event, and more memory per client
        ws="none",
        log_level="warning",
        access_log=False,  # addresses hold tickets
        server_header=False,
        limit_concurrency=_allow_open_files() - 100,  # who is too many is told so, instead of waiting for a descriptor
        backlog=4096,  # everybody reconnects at once after a restart
        timeout_keep_alive=5,
        timeout_graceful_shutdown=2,  # for those who do not even take their last words
    )
    _spare_the_collector()
    Server(config, app).run(sockets=[_listen(options.host, options.port)])
    return 0


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="kindling.streams", description="Serve live events of runs.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001)
    return parser.parse_args()


def _listen(host: str, port: int) -> socket.socket:
    """Connections inherit the options of the socket that they come by."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    return listener


def _allow_open_files() -> int:
    """As many as we may: a usual limit of 1,024 is there for programs that use select(2). Answers how many that is."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


def _spare_the_collector() -> None:
    """A client is some sixty objects that stay: with Python's thresholds, each dozen of new ones is looked through, over
    and over. What is loaded by now stays for good."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _is_news(record: logging.LogRecord) -> bool:
    """Uvicorn takes a slow viewer who was cut off for a mistake of ours."""
    return "without completing response" not in record.getMessage()


if __name__ == "__main__":
    sys.exit(main())
