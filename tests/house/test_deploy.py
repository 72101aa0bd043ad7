"""The compose file: no secret has a default, students' code has no network, the training side knows no database."""

from __future__ import annotations

import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    return found


@pytest.mark.parametrize("name", ["runner", "runner-gpu"])
def test_a_runner_has_neither_network_nor_environment(services: dict[str, Any], name: str) -> None:
    assert services[name]["network_mode"] == "none"
    assert not {"environment", "env_file", "secrets", "networks"} & set(services[name])


@pytest.mark.parametrize("name", ["runner", "runner-gpu"])
def test_what_a_run_may_write_is_bounded_by_the_container_too(services: dict[str, Any], name: str) -> None:
    (folder,) = services[name]["tmpfs"]
    assert re.fullmatch(r"/tmp:size=\d+m,nr_inodes=\d+k,mode=1777", folder)  # noqa: S108


def test_the_image_brings_no_variables_that_a_contained_runner_takes_for_secrets() -> None:
    given = re.findall(r"(\w+)=", " ".join(re.findall(r"^ENV (.*)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)))
    assert {name for name in given if not name.startswith("PYTHON")} <= {"KINDLING_DATA"}  # which web has


@pytest.mark.parametrize(("worker", "runner"), [("worker", "runner"), ("worker-gpu", "runner-gpu")])
def test_a_worker_and_its_runner_share_a_socket_and_nothing_else(
    services: dict[str, Any], worker: str, runner: str
) -> None:
    assert services[worker]["volumes"] == services[runner]["volumes"]
    others = [service.get("volumes", []) for name, service in services.items() if name not in {worker, runner}]
    assert not any(set(services[worker]["volumes"]) & set(volumes) for volumes in others)


def test_each_worker_serves_the_queue_of_its_device(services: dict[str, Any]) -> None:
    devices = {name: services[name]["environment"]["KINDLING_DEVICE"] for name in ("worker", "worker-gpu")}
    assert devices == {"worker": "cpu", "worker-gpu": "gpu"}
    names = {re.findall(r"--hostname=(\S+)", services[name]["command"])[0] for name in devices}
    assert len(names) == 2


def test_gpus_are_given_to_one_runner_only_and_when_asked_for(services: dict[str, Any]) -> None:
    assert [name for name, service in services.items() if "deploy" in service] == ["runner-gpu"]
    assert {name for name, service in services.items() if "profiles" in service} == {"worker-gpu", "runner-gpu"}


@pytest.mark.parametrize("name", ["worker", "worker-gpu", "streams", "runner", "runner-gpu"])
def test_only_the_web_side_knows_the_database(services: dict[str, Any], name: str) -> None:
    assert not {"DATABASE_URL", "KINDLING_SECRET_KEY"} & set(services[name].get("environment", {}))


def test_no_secret_has_a_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    secrets = re.findall(r"\$\{(\w*(?:PASSWORD|KEY))(:[-?])?", text)
    assert len(secrets) > 6
    assert {guard for _, guard in secrets} == {":?"}


def test_only_nginx_is_open_to_the_outside(services: dict[str, Any]) -> None:
    assert [name for name, service in services.items() if "ports" in service] == ["nginx"]


def test_secrets_are_written_once_and_for_the_owner(tmp_path: Path) -> None:
    def write() -> str:
        command = [sys.executable, "-S", "-m", "kindling.deploy", str(tmp_path)]  # -S: no package is installed yet
        subprocess.run(command, env={"PYTHONPATH": str(ROOT / "platform")}, check=True)
        return (tmp_path / "compose.env").read_text()

    first = write()
    assert write() == first
    assert stat.S_IMODE((tmp_path / "compose.env").stat().st_mode) == 0o600
    passwords = [line.partition("=")[2] for line in first.splitlines()]
    assert not any(password in (tmp_path / "users.acl").read_text() for password in passwords)
    asked = set(re.findall(r"\$\{(\w+):\?", (ROOT / "docker-compose.yml").read_text()))
    assert asked == {line.partition("=")[0] for line in first.splitlines()}
