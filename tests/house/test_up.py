"""`up` as a person at the terminal knows it: what it prints, what it refuses, and that it cleans up after itself.

That whatever is killed comes back, tests/faults tells."""

from __future__ import annotations

import os
import signal
import socket
import stat
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest

from tests.product import MARKS, Product, is_alive, running_product, wait_for

pytestmark = pytest.mark.live


def read_page(product: Product, path: str = "") -> int:
    return httpx.get(product.url + path, timeout=60).status_code


def refusal_of(product: Product) -> str:
    """What it printed before it ended with an error; it must be one line."""
    product.begin()
    assert product.finish() == 1
    lines = product.printed.strip().splitlines()
    assert len(lines) == 1, product.printed
    return lines[0]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a product that starts again and again: tables and courses are made once."""
    return tmp_path_factory.mktemp("again") / "data"


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    with ExitStack() as stack:
        product = Product(tmp_path / "data")
        stack.callback(lambda: product.is_running and product.stop())
        yield product


class TestRunning:
    def test_it_serves_pages(self, live: Product) -> None:
        assert read_page(live) == 200

    def test_it_shows_a_login_for_each_role(self, live: Product) -> None:
        assert set(live.logins) == {"student", "moderator", "editor", "admin"}
        assert live.logins["student"].email == "student@kindling.test"

    def test_it_runs_every_process(self, live: Product) -> None:
        assert set(live.pids) == {"supervisor", *MARKS}

    def test_only_its_owner_reads_secrets_and_logs(self, live: Product) -> None:
        assert stat.S_IMODE((live.data / "secrets").stat().st_mode) == 0o600
        assert stat.S_IMODE(live.logs.stat().st_mode) == 0o700

    def test_the_training_side_knows_no_secret(self, live: Product) -> None:
        def read_environment(name: str) -> set[str]:
            text = Path(f"/proc/{live.pids[name]}/environ").read_bytes().decode()
            return {entry.partition("=")[0] for entry in text.split("\0") if entry}

        plain = {"PATH", "LANG", "PYTHONPATH", "PYTHONUNBUFFERED"}
        with suppress(PermissionError):  # it is closed even to its own user, but not to root
            assert read_environment("runner") == set()
        told = {"VALKEY_URL", "KINDLING_RUNNER_SOCKET", "KINDLING_SLOTS", "KINDLING_DEVICE"}
        assert read_environment("worker") == plain | told
        assert read_environment("streams") == plain | {"VALKEY_URL", "KINDLING_TICKET_KEY"}

    def test_a_second_one_on_the_same_data_is_refused(self, live: Product) -> None:
        second = Product(live.data)
        second._printed = live.data.with_name("second.out")
        assert "is in use by another `make up`" in refusal_of(second)


def test_it_leaves_nothing_and_shows_no_password_twice(data: Path) -> None:
    with running_product(data) as product:
        passwords = [login.password for login in product.logins.values()]
        everything = product.list_all()
        assert product.stop() == 0
        assert [pid for pid in everything if is_alive(pid)] == []
        product.start()
        assert "password" not in product.printed
        everything = product.list_all()
        os.kill(product.pid, signal.SIGKILL)
        wait_for(lambda: not any(is_alive(pid) for pid in everything), "the end of all processes")
        kept = "".join(path.read_text(errors="replace") for path in product.logs.glob("*.log"))
        assert not any(password in kept for password in passwords)


def test_nothing_is_left_when_all_of_it_is_killed_at_once(data: Path) -> None:
    with running_product(data) as product:
        everything = product.list_all()
        named = {product.pid, *product.pids.values()}
        for pid in named:
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not any(is_alive(pid) for pid in everything), "the end of all processes")


@pytest.mark.parametrize("offset", [0, 1])
def test_a_taken_port_is_refused(product: Product, offset: int) -> None:
    with socket.create_server(("127.0.0.1", product.port + offset)):
        line = refusal_of(product)
    assert f"Port {product.port + offset}, for " in line
    assert "is taken: set PORT to a free one" in line


def test_a_port_that_is_no_number_is_refused(tmp_path: Path) -> None:
    assert "PORT=http makes no sense" in refusal_of(Product(tmp_path / "data", {"PORT": "http"}))


def test_a_data_folder_that_is_a_file_is_refused(product: Product) -> None:
    product.data.write_text("")
    assert f"The data folder {product.data} is not a folder" in refusal_of(product)


def test_a_data_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    product = Product(tmp_path / "data", {"KINDLING_DATA": "/proc/kindling"})
    assert "The data folder /proc/kindling cannot be written to" in refusal_of(product)


def test_data_of_a_newer_postgres_is_refused(product: Product) -> None:
    (product.data / "postgres").mkdir(parents=True)
    (product.data / "postgres" / "PG_VERSION").write_text("99\n")
    assert "belongs to a newer Postgres (99, this is 18)" in refusal_of(product)


def test_a_database_that_cannot_be_reached_is_refused(tmp_path: Path) -> None:
    product = Product(tmp_path / "data", {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"})
    assert "The database of DATABASE_URL cannot be reached" in refusal_of(product)


def test_a_valkey_that_cannot_be_reached_is_refused(tmp_path: Path) -> None:
    product = Product(tmp_path / "data", {"VALKEY_URL": "redis://127.0.0.1:1/0"})
    assert "The server of VALKEY_URL cannot be reached" in refusal_of(product)
