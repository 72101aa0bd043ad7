"""`python -m workers.runner --socket PATH --slots N` runs the supervisor; `--self-test` asks whether this machine can, and
`--devices` which accelerators it has."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
from pathlib import Path

from workers.runner import gpu, kernel, ladder, policy, server
from workers.runner.bubblewrap import Unfit


def main() -> int:
    """The exit status: 0 when all is well, 1 with one sentence when this machine cannot run code safely."""
    arguments = _arguments()
    if arguments.self_test:
        return _self_test(arguments.tier)
    if arguments.devices:
        print(json.dumps([accelerator.as_dict() for accelerator in gpu.discover()]))  # noqa: T201 - the answer
        return 0
    logging.basicConfig(level=logging.INFO, format="runner: %(message)s")
    kernel.hide_from_peers()
    asyncio.run(server.serve(arguments.socket, arguments.slots, arguments.tier))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m workers.runner", description="Runs the code of students, sandboxed."
    )
    parser.add_argument("--socket", type=Path, help="Unix socket to listen on")
    parser.add_argument("--slots", type=int, default=2, help="how many runs at the same time (default 2)")
    parser.add_argument("--self-test", action="store_true", help="try the sandbox of this machine, and say what it is")
    parser.add_argument("--devices", action="store_true", help="list the accelerators of this machine, as JSON")
    names = [tier.name for tier in policy.TIERS]
    parser.add_argument("--tier", choices=names, help="try this tier only (default: the best that holds)")
    arguments = parser.parse_args()
    if not arguments.self_test and not arguments.devices and arguments.socket is None:
        parser.error("--socket is needed")
    if not 1 <= arguments.slots <= 64:
        parser.error("--slots is a number from 1 to 64")
    return arguments


def _self_test(tier: str | None) -> int:
    try:
        print(ladder.choose(tier))  # noqa: T201 - the answer
    except Unfit as reason:
        print(f"T3 · this machine cannot run code safely: {reason}.")  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
