"""The programs of Kindling, and what each may know: its environment is all that it gets."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from kindling.embedded.engine import Engine
from kindling.embedded.postgres import Postgres
from kindling.embedded.valkey import Valkey
from kindling.supervisor.plan import Plan, list_search_path
from kindling.supervisor.program import Program

STOPPING = [["scheduler", "web", "streams", "worker", "worker-gpu"], ["runner", "control"], ["valkey", "postgres"]]
"""The order of the end: nothing new comes in, runs are handed over, results are written down, data goes to disk."""

CELERY = [
    "--without-gossip",  # workers need not know each other
    "--without-mingle",  # nor wait a second at the start for the others' revoked tasks
    "--without-heartbeat",  # leases of our own say who lives
]


def list_engines(plan: Plan) -> list[Engine]:
    """The embedded servers that this plan needs."""
    engines: list[Engine] = []
    if not plan.given_database:
        engines.append(Postgres(plan.data))
    if not plan.given_valkey:
        engines.append(Valkey(plan.data))
    return engines


def web(plan: Plan) -> Program:
    server = [
        "--interface=wsgi",
        f"--host={plan.host}",
        f"--port={plan.port}",
        "--http=1",  # what browsers speak without TLS
        "--no-ws",
        "--blocking-threads=4",  # pages wait for Postgres about half their time
        "--respawn-failed-workers",
        "--workers-kill-timeout=4s",
    ]
    command = ["granian", *server, "kindling.supervisor.wsgi:application"]
    return _python("web", plan, command, _know_everything(plan))


def streams(plan: Plan) -> Program:
    environment = {"VALKEY_URL": plan.name_valkey("streams"), "KINDLING_TICKET_KEY": plan.ticket_key}
    where = [f"--host={plan.host}", f"--port={plan.streams_port}"]
    return _python("streams", plan, ["kindling.streams", *where], environment)


def control(plan: Plan) -> Program:
    # Threads: its tasks wait for Postgres, and a pool of processes would leave orphans.
    worker = ["worker", "--queues=control", "--pool=threads", "--concurrency=2", "--hostname=control@%h", *CELERY]
    command = ["celery", "--app=kindling.celery", *worker, "--loglevel=WARNING"]
    return _python("control", plan, command, _know_everything(plan))


def scheduler(plan: Plan) -> Program:
    # No pid file: after a kill it would keep the next one from starting. One scheduler is the supervisor's business.
    beat = ["beat", "--pidfile=", "--loglevel=WARNING"]
    return _python("scheduler", plan, ["celery", "--app=kindling.celery", *beat], _know_everything(plan))


def workers(plan: Plan) -> list[Program]:
    """One for the CPU, and one for the accelerators where there are any: each serves one queue."""
    found = [_worker("worker", plan, device="cpu", slots=plan.slots, host="runs@%h")]
    if plan.accelerators:
        found.append(_worker("worker-gpu", plan, device="gpu", slots=plan.accelerators, host="runs-gpu@%h"))
    return found


def _worker(name: str, plan: Plan, *, device: str, slots: int, host: str) -> Program:
    environment = {
        "VALKEY_URL": plan.name_valkey("worker"),
        "KINDLING_RUNNER_SOCKET": str(plan.runner_socket),
        "KINDLING_SLOTS": str(slots),
        "KINDLING_DEVICE": device,
    }
    # Pool and concurrency are the app's own settings, too; here they are seen in a list of processes.
    serve = ["worker", "--pool=threads", f"--concurrency={slots}", f"--hostname={host}"]
    command = ["celery", "--app=workers.celery", *serve, *CELERY, "--loglevel=INFO"]
    return replace(_python(name, plan, command, environment), patience=8)  # it drains for 5 s, then hands over


def runner(plan: Plan) -> Program:
    """Gets nothing: no address, no key, not even a PATH."""
    command = [sys.executable, "-m", "workers.runner", f"--socket={plan.runner_socket}", f"--slots={plan.slots}"]
    return Program(name="runner", command=command, folder=plan.root)


def _know_everything(plan: Plan) -> dict[str, str]:
    """What the processes with Django get."""
    return {
        **plan.handed_on,
        "DATABASE_URL": plan.database_url,
        "VALKEY_URL": plan.name_valkey("web"),
        "KINDLING_DATA": str(plan.data),
        "KINDLING_SECRET_KEY": plan.secret_key,
        "KINDLING_TICKET_KEY": plan.ticket_key,
        "KINDLING_HOSTS": plan.hosts,
        "KINDLING_STREAMS_PORT": str(plan.streams_port),
        "HOST": plan.host,
        "PORT": str(plan.port),
    }


def _python(name: str, plan: Plan, command: Sequence[str], environment: dict[str, str]) -> Program:
    plain = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}",
        "LANG": "C.UTF-8",
        "PYTHONPATH": list_search_path(plan.root),
        "PYTHONUNBUFFERED": "1",  # the last words of a process that is killed stand in its log
    }
    return Program(
        name=name,
        command=[sys.executable, "-m", *command],
        folder=plan.root,
        environment={**plain, **environment},
    )
