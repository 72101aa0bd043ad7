"""The whole of `up`, told in the order in which it happens."""

from __future__ import annotations

import os
import socket
import sys
import traceback
import urllib.request
from collections.abc import Callable
from dataclasses import replace

from django.conf import settings
from django.db import connections

from kindling.embedded.secrets import Secrets
from kindling.supervisor import checks, preparation, programs
from kindling.supervisor.guard import keep_alive
from kindling.supervisor.logs import Logs
from kindling.supervisor.plan import ANYWHERE, Plan
from kindling.supervisor.program import Program
from kindling.supervisor.refusal import Refusal
from kindling.supervisor.supervisor import Stopped, Supervisor

Say = Callable[[str], None]


def bring_up(say: Say) -> int:
    """Checks, starts everything, stays until it is stopped; answers the exit code. Raises `Refusal`."""
    lock = checks.claim_folder(settings.DATA)
    if Secrets.ensure(settings.DATA) != settings.SECRETS:
        _start_over(lock)
    plan = Plan.read()
    self_test, count = checks.SelfTest(plan.root), checks.Count(plan.root)
    checks.check_ports(plan)
    checks.check_front_end(plan.root)
    checks.check_engines(plan)
    say(f"Sandbox: {self_test.finish()}")
    if accelerators := count.finish():
        say(f"GPU: {', '.join(accelerators)}")
    whole = replace(plan, accelerators=len(accelerators))
    return keep_alive(lambda: _supervise(whole, say), say)


def _start_over(lock: int) -> None:
    """The settings were read before the secrets existed: read them again, in this very process."""
    os.close(lock)
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606


def _supervise(plan: Plan, say: Say) -> int:
    supervisor = Supervisor(Logs(plan.logs), say)
    try:
        _start(plan, supervisor, say)
        supervisor.run()
        code = 0
    except Stopped:
        say("Stopping …")
        code = 0
    except Refusal as refusal:
        say(str(refusal))
        code = 1
    except Exception:  # noqa: BLE001  (the edge of the process)
        say(traceback.format_exc())
        code = 1
    supervisor.stop(programs.STOPPING)
    return code


def _start(plan: Plan, supervisor: Supervisor, say: Say) -> None:
    _start_engines(plan, supervisor, say)
    logins = _prepare(say)
    pages = programs.web(plan)
    supervisor.start(pages)
    supervisor.wait_until(lambda: _serves_pages(plan), pages, seconds=60)  # alone: the first page comes first
    supervisor.start(programs.streams(plan), programs.runner(plan), *programs.workers(plan))
    supervisor.start(programs.control(plan), programs.scheduler(plan))
    _welcome(plan, logins, say)


def _start_engines(plan: Plan, supervisor: Supervisor, say: Say) -> None:
    engines = programs.list_engines(plan)
    if engines:
        say(f"Starting {' and '.join(engine.name.title() for engine in engines)} …")
    started = [(engine, Program.of(engine)) for engine in engines]
    supervisor.start(*(program for _, program in started))
    preparation.collect_static()  # while they start
    for engine, program in started:
        supervisor.wait_until(engine.answers, program, seconds=60)


def _prepare(say: Say) -> list[preparation.Login]:
    try:
        preparation.migrate(say)
        preparation.import_courses(say)
        return preparation.create_first_logins()
    finally:
        connections.close_all()


def _serves_pages(plan: Plan) -> bool:
    host = "127.0.0.1" if plan.host in ANYWHERE else plan.host
    try:
        with socket.create_connection((host, plan.port), timeout=1):
            pass
        request = urllib.request.Request(f"http://{host}:{plan.port}/", headers={"Host": "localhost"})
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except OSError:
        return False


def _welcome(plan: Plan, logins: list[preparation.Login], say: Say) -> None:
    if logins:
        say("\nThe first logins. Their passwords are shown this once:")
        for login in logins:
            say(f"  {login.role:<10} {login.email:<26} {login.password}")
    say(f"\nKindling is at {plan.address}  (Ctrl-C stops it; logs are in {plan.logs})")
