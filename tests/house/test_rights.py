"""Who may do what in Valkey: the wall between the sides, kept by Valkey itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from kindling.embedded.addresses import name_valkey
from kindling.embedded.secrets import Secrets
from kindling.embedded.serving import running
from kindling.embedded.valkey import Valkey
from tests.product import wait_for


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    data = tmp_path_factory.mktemp("rights")
    with running(Valkey(data), data / "log"):
        wait_for(Valkey(data).answers, "valkey")
        yield data


def connect(data: Path, user: str) -> redis.Redis:
    password = getattr(Secrets.read(data), f"valkey_{user}")
    return redis.Redis.from_url(name_valkey(data, user=user, password=password))


def test_nobody_comes_in_without_a_password(data: Path) -> None:
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(unix_socket_path=str(data / "run" / "valkey.sock")).ping()


def test_the_worker_writes_events_and_reads_stops(data: Path) -> None:
    client = connect(data, "worker")
    client.xadd("run:1", {"event": "{}"}, id="1-1")
    client.xadd("bus", {"run": "1"})
    client.set("lease:1", 1, ex=15)
    client.set("claim:1:1", 1, nx=True)
    assert client.get("stop:1") is None
    client.lpush("control", "task")
    assert client.llen("control\x06\x169") == 0  # as kombu asks before it sends


def test_the_worker_takes_what_a_run_is_asked_to_do(data: Path) -> None:
    connect(data, "web").rpush("controls:1", "one", "two")
    client = connect(data, "worker")
    assert client.lpop("controls:1", 10) == [b"one", b"two"]
    client.pubsub().subscribe("controls")  # type: ignore[no-untyped-call]


def test_the_worker_announces_and_withdraws_itself(data: Path) -> None:
    client = connect(data, "worker")
    client.set("machine:runs@here", "{}", ex=15)
    client.sadd("machines", "runs@here")
    client.delete("machine:runs@here")
    client.srem("machines", "runs@here")


@pytest.mark.parametrize(
    "command",
    [
        "GET session:1",
        "RPOP control",
        "SET stop:1 1",
        "RPUSH controls:1 x",
        "DEL controls:1",
        "GET machine:runs@there",
        "SMEMBERS machines",
        "RPUSH control.x task",
        "XRANGE bus - +",
        "FLUSHALL",
        "KEYS *",
        "CONFIG GET *",
        "ACL LIST",
    ],
)
def test_the_worker_may_no_more(data: Path, command: str) -> None:
    with pytest.raises(redis.exceptions.NoPermissionError):
        connect(data, "worker").execute_command(*command.split())  # type: ignore[no-untyped-call]


def test_streams_read_events(data: Path) -> None:
    client = connect(data, "streams")
    client.xrange("run:1")
    client.xread({"bus": "0", "closings": "0"})


@pytest.mark.parametrize(
    "command", ["XADD run:1 * a b", "GET stop:1", "DEL run:1", "LRANGE control 0 -1", "PUBLISH controls x"]
)
def test_streams_may_no_more(data: Path, command: str) -> None:
    with pytest.raises(redis.exceptions.NoPermissionError):
        connect(data, "streams").execute_command(*command.split())  # type: ignore[no-untyped-call]
