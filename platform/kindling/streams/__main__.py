"""`python -m kindling.streams --host 127.0.0.1 --port 8001`, with VALKEY_URL and KINDLING_TICKET_KEY in the environment."""

from __future__ import annotations

import argparse
import logging
import os
import sys

import uvicorn

from kindling.streams.app import LiveEvents
from kindling.streams.hub import Hub


def main() -> int:
    options = _read_options()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    valkey_url, ticket_key = os.environ.get("VALKEY_URL", ""), os.environ.get("KINDLING_TICKET_KEY", "")
    if not valkey_url or not ticket_key:
        sys.stderr.write("Live events need VALKEY_URL and KINDLING_TICKET_KEY in the environment.\n")
        return 2
    uvicorn.run(
        LiveEvents(Hub(valkey_url), ticket_key),
        host=options.host,
        port=options.port,
        loop="uvloop",  # half the CPU per event
        http="h11",  # one request per connection, mostly: nothing to gain from a second parser
        ws="none",
        log_level="warning",
        access_log=False,  # addresses hold tickets
        server_header=False,
        backlog=2048,  # everybody reconnects at once after a restart
        timeout_keep_alive=5,
        timeout_graceful_shutdown=2,  # open streams would keep the process alive for ever; clients resume elsewhere
    )
    return 0


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="kindling.streams", description="Serve live events of runs.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
