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


def test_the_runner_has_neither_network_nor_environment(services: dict[str, Any]) -> None:
    assert services["runner"]["network_mode"] == "none"
    assert not {"environment", "env_file", "secrets"} & set(services["runner"])


@pytest.mark.parametrize("name", ["worker", "streams", "runner"])
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
