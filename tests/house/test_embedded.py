"""The embedded engines keep what they were given, whatever ends them."""

from __future__ import annotations

import dataclasses
import os
import signal
import stat
import tempfile
from pathlib import Path

import psycopg
import pytest
import redis

from kindling.embedded import sockets
from kindling.embedded.addresses import name_database
from kindling.embedded.birth import Identity, choose_identity
from kindling.embedded.engine import DidNotStart, Engine
from kindling.embedded.postgres import Postgres
from kindling.embedded.secrets import Secrets
from kindling.embedded.serving import running, serving
from tests.product import is_alive, wait_for


def kill(engine: Engine, data: Path) -> None:
    """Starts the engine and ends it by kill -9."""
    with running(engine, data / "log") as child:
        wait_for(engine.answers, engine.name)
        child.kill()
        child.wait()


def test_it_keeps_a_table_over_a_kill_of_postgres(tmp_path: Path) -> None:
    with running(Postgres(tmp_path), tmp_path / "log") as child:
        wait_for(Postgres(tmp_path).answers, "postgres")
        with psycopg.connect(name_database(tmp_path)) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS value")
        child.kill()
        child.wait()
    with serving(tmp_path, durable=True) as services, psycopg.connect(services.database_url) as connection:
        assert connection.execute("SELECT value FROM kept").fetchall() == [(1,)]


def test_it_keeps_an_answered_write_over_a_stop_of_valkey(tmp_path: Path) -> None:
    with serving(tmp_path, durable=True) as services, redis.Redis.from_url(services.valkey_url) as client:
        client.set("kept", "yes")
    with serving(tmp_path, durable=True) as services, redis.Redis.from_url(services.valkey_url) as client:
        assert client.get("kept") == b"yes"


def test_it_starts_although_a_stranger_has_the_old_pid(tmp_path: Path) -> None:
    kill(Postgres(tmp_path), tmp_path)
    lock = tmp_path / "postgres" / "postmaster.pid"
    lines = [str(os.getpid()), *lock.read_text().splitlines()[1:]]
    lock.write_text("\n".join(lines) + "\n")
    (tmp_path / "run" / ".s.PGSQL.5432.lock").write_text(lock.read_text())
    with serving(tmp_path) as services:
        psycopg.connect(services.database_url).close()


def test_it_ends_a_server_that_outlived_its_supervisor(tmp_path: Path) -> None:
    with running(Postgres(tmp_path), tmp_path / "log") as left:
        wait_for(Postgres(tmp_path).answers, "postgres")
        Postgres(tmp_path).prepare()
        assert not is_alive(left.pid)


def test_it_creates_a_database_that_is_the_same_on_every_machine(tmp_path: Path) -> None:
    with serving(tmp_path) as services, psycopg.connect(services.database_url) as connection:
        found = connection.execute(
            "SELECT datlocprovider, datlocale, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'kindling'"
        )
        assert found.fetchall() == [("b", "C.UTF-8", "UTF8")]


@pytest.mark.parametrize(("version", "word"), [("99", "newer"), ("15", "older")])
def test_it_refuses_data_of_another_postgres(tmp_path: Path, version: str, word: str) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text(f"{version}\n")
    with pytest.raises(DidNotStart, match=f"{word} Postgres \\({version}, this is 18\\)"):
        Postgres(tmp_path).prepare()


def test_it_lets_only_the_owner_in(tmp_path: Path) -> None:
    with serving(tmp_path):
        modes = {
            name: stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("secrets", "run", "valkey", "postgres")
        }
    assert modes == {"secrets": 0o600, "run": 0o700, "valkey": 0o700, "postgres": 0o700}


def test_it_makes_secrets_once(tmp_path: Path) -> None:
    first = Secrets.ensure(tmp_path)
    assert Secrets.ensure(tmp_path) == first == Secrets.read(tmp_path)
    values = dataclasses.astuple(first)
    assert len(set(values)) == 6
    assert all(len(value) >= 43 for value in values)


def test_it_makes_only_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "secrets").write_text("secret_key=old\n")
    assert Secrets.ensure(tmp_path).secret_key == "old"
    assert Secrets.read(tmp_path).ticket_key


def test_a_long_path_moves_the_sockets_under_the_temporary_folder(tmp_path: Path) -> None:
    data = tmp_path / ("long" * 25)
    data.mkdir()
    assert sockets.name_socket_folder(data).parent != data
    with serving(data) as services:
        psycopg.connect(services.database_url).close()


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(sockets.UnsafeFolder, match="belongs to somebody else"):
        sockets.make_socket_folder(tmp_path)


def test_only_root_becomes_somebody_else_and_the_files_stay_our_own(tmp_path: Path) -> None:
    identity = choose_identity(tmp_path / "postgres")
    assert os.geteuid() != 0 or (identity and identity.namespace)
    with serving(tmp_path):
        assert (tmp_path / "postgres" / "PG_VERSION").stat().st_uid == os.geteuid()


@pytest.mark.skipif("os.geteuid() != 0", reason="only root can give files away")
def test_root_gives_the_data_away_where_namespaces_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = Identity(uid=65534, gid=65534, namespace=False)
    monkeypatch.setattr("kindling.embedded.postgres.choose_identity", lambda folder: nobody)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        with serving(data) as services:
            psycopg.connect(services.database_url).close()
        assert (data / "postgres" / "PG_VERSION").stat().st_uid == 65534
        monkeypatch.undo()
        assert choose_identity(data / "postgres") == nobody


def test_a_signal_reaches_postgres_when_its_parent_is_killed(tmp_path: Path) -> None:
    pid = os.fork()
    if pid == 0:  # a supervisor that starts Postgres and is killed
        with running(Postgres(tmp_path), tmp_path / "log") as child:
            (tmp_path / "pid").write_text(str(child.pid))
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)
    wait_for(lambda: not is_alive(int((tmp_path / "pid").read_text())), "the end of postgres")
