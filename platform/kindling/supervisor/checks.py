"""What must hold before anything is started; each `Refusal` says in a sentence what does not, and what to do."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from signal import SIGKILL

import psycopg
import redis

from kindling.embedded.birth import bind
from kindling.embedded.engine import DidNotStart
from kindling.embedded.postgres import Postgres
from kindling.embedded.sockets import UnsafeFolder, make_socket_folder
from kindling.supervisor.plan import Plan
from kindling.supervisor.refusal import Refusal

SELF_TEST_SECONDS = 20
COUNT_SECONDS = 20


def claim_folder(data: Path) -> int:
    """Makes the data folder ours alone for as long as the answer, a file descriptor, is open in any process."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(data / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        make_socket_folder(data)
    except (FileExistsError, NotADirectoryError) as error:
        raise Refusal(f"The data folder {data} is not a folder: set KINDLING_DATA to one.") from error
    except BlockingIOError as error:
        raise Refusal(f"The data folder {data} is in use by another `make up`: stop that one first.") from error
    except UnsafeFolder as error:
        raise Refusal(str(error)) from error
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise Refusal(f"The data folder {data} cannot be written to ({why}): set KINDLING_DATA to another.") from error
    return lock


def check_ports(plan: Plan) -> None:
    """Both the pages' port and the live events' beside it must be free."""
    for port, purpose in ((plan.port, "the pages"), (plan.streams_port, "the live events")):
        try:
            family, _, _, _, address = socket.getaddrinfo(plan.host, port, type=socket.SOCK_STREAM)[0]
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
        except OSError as error:
            why = "is taken" if error.errno == 98 else f"cannot be used on {plan.host} ({error.strerror})"
            raise Refusal(f"Port {port}, for {purpose}, {why}: set PORT to a free one (PORT + 1 too).") from error


def check_front_end(root: Path) -> None:
    if not (root / "static" / "build").is_dir():
        raise Refusal("The front end has not been built: run `make up`, which builds it, or `npm ci && npm run build`.")


def check_engines(plan: Plan) -> None:
    """The servers that were given answer, and embedded data belongs to this Postgres."""
    if not plan.given_database:
        try:
            Postgres(plan.data).check()
        except DidNotStart as error:
            raise Refusal(str(error)) from error
    else:
        _reach_database(plan.database_url)
    if plan.given_valkey:
        _reach_valkey(plan.valkey_url)


def _reach_database(url: str) -> None:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.Error as error:
        why = " ".join(str(error).split())[:200]
        raise Refusal(f"The database of DATABASE_URL cannot be reached: {why}") from error


def _reach_valkey(url: str) -> None:
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=5) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        raise Refusal(f"The server of VALKEY_URL cannot be reached: {error}") from error


class SelfTest:
    """The runner's word on whether this machine can keep a student's code in a sandbox; takes about a second."""

    def __init__(self, root: Path) -> None:
        self._process = _ask_runner(root, "--self-test")

    def finish(self) -> str:
        """The tier of the sandbox, in a line. Without a sandbox there are no runs, so there is no start either."""
        try:
            output, _ = self._process.communicate(timeout=SELF_TEST_SECONDS)
        except subprocess.TimeoutExpired as error:
            self._process.kill()
            self._process.communicate()
            raise Refusal(f"The sandbox did not pass its self-test within {SELF_TEST_SECONDS} s.") from error
        line = (output.strip().splitlines() or ["The sandbox failed its self-test."])[-1]
        if self._process.returncode != 0:
            raise Refusal(line)
        return line


class Count:
    """The runner's word on how many accelerators this machine has; a driver that hangs means none."""

    def __init__(self, root: Path) -> None:
        self._process = _ask_runner(root, "--devices")

    def finish(self) -> list[str]:
        """Their names."""
        try:
            output, _ = self._process.communicate(timeout=COUNT_SECONDS)
            return [str(device["name"]) for device in json.loads(output.strip().splitlines()[-1])]
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
        except (ValueError, LookupError, TypeError):  # it has said something else, and what it is not is a list
            pass
        return []


def _ask_runner(root: Path, question: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "workers.runner", question],
        cwd=root,
        env={},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=bind(SIGKILL),  # another check may end us first
    )
