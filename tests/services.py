"""The Postgres and the Valkey under the tests, as a pytest plugin: it must act before Django reads its settings.

Where `DATABASE_URL` and `VALKEY_URL` are set, those servers are used; else the embedded ones are started for the length
of the session, in a folder of their own. The controller of pytest-xdist starts them and its workers inherit the
addresses; each worker has its own database (pytest-django) and its own Valkey database (`_spread`).
"""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import parse_qs, urlencode

import pytest

ADMIN_URL = "KINDLING_TESTS_VALKEY_URL"
"""Names the way in for the tests themselves, who may do everything; the code under test has the web side's rights."""

_running = ExitStack()

gc.disable()  # until everything is imported and collected: it all stays


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None, None, None]:
    os.environ.setdefault("KINDLING_SECRET_KEY", "tests")
    os.environ.setdefault("KINDLING_TICKET_KEY", "tests")
    if "DATABASE_URL" not in os.environ or "VALKEY_URL" not in os.environ:
        _start_embedded()
    if "KINDLING_DATA" not in os.environ:
        os.environ["KINDLING_DATA"] = _running.enter_context(tempfile.TemporaryDirectory(prefix="kindling-tests-"))
        Path(os.environ["KINDLING_DATA"], "static").mkdir()  # WhiteNoise warns where there is none
    os.environ.setdefault(ADMIN_URL, os.environ["VALKEY_URL"])
    for name in ("VALKEY_URL", ADMIN_URL):
        os.environ[name] = _spread(os.environ[name], os.environ.get("PYTEST_XDIST_WORKER", ""))
    return (yield)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


def pytest_unconfigure() -> None:
    _running.close()


def _start_embedded() -> None:
    from kindling.embedded.serving import serving

    folder = Path(_running.enter_context(tempfile.TemporaryDirectory(prefix="kindling-")))
    services = _running.enter_context(serving(folder))
    os.environ.setdefault("DATABASE_URL", services.database_url)
    if "VALKEY_URL" not in os.environ:
        os.environ |= {"VALKEY_URL": services.valkey_url, ADMIN_URL: services.valkey_admin_url}


def _spread(url: str, worker: str) -> str:
    """The URL with a Valkey database of the xdist worker's own: they lie 4 apart, 16 is Valkey's default number."""
    address, _, options = url.partition("?")
    query = {key: values[0] for key, values in parse_qs(options).items()}
    query["db"] = str(int(query.get("db", "0")) + 4 * int(worker.removeprefix("gw") or 0))
    return f"{address}?{urlencode(query)}"
