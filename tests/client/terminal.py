"""The command as a person has it at a terminal, against a running product."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.person import Person
from tests.product import ROOT, Product


def make_token(product: Product, role: str = "student") -> str:
    """By the site's forms, as a person makes one: ask, give the password once more, copy what is shown."""
    with Person(product, role) as person:
        asked = person.client.get("accounts/tokens/new/")
        if asked.status_code == 302:
            address = str(asked.headers["Location"]).lstrip("/")
            password = {"password": product.logins[role].password, "next": "/accounts/tokens/new/"}
            person.client.post(address, data=password, headers=person.headers)
        wanted = {"name": "terminal", "scopes": ["runs:read", "runs:write"], "days": "30"}
        page = person.client.post("accounts/tokens/new/", data=wanted, headers=person.headers).text
    found = re.search(r"kdl_[\w-]{43}", page)
    assert found, page
    return found[0]


@dataclass(frozen=True, slots=True)
class Terminal:
    """A home folder in which `kindling` is called."""

    home: Path

    def call(self, *words: str, given: str = "", seconds: float = 120) -> subprocess.CompletedProcess[str]:
        """Runs the command to its end."""
        return subprocess.run(
            self.command(words), input=given, env=self.environment, cwd=self.home, capture_output=True, text=True,
            timeout=seconds, check=False,
        )  # fmt: skip

    def begin(self, *words: str) -> subprocess.Popen[str]:
        """Starts the command; its output is read as it comes."""
        return subprocess.Popen(
            self.command(words), env=self.environment, cwd=self.home, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip

    def write(self, code: str) -> str:
        """A script in the home folder; its name."""
        (self.home / "script.py").write_text(code)
        return "script.py"

    def show(self, run: str) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.call("show", "--json", run).stdout)
        return found

    @staticmethod
    def command(words: Sequence[str]) -> list[str]:
        return [sys.executable, "-m", "kindling.client", *words]

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.defpath,
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT / "platform"),
            "PYTHONUNBUFFERED": "1",
        }
