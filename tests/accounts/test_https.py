"""Settings that follow from being served by https, read by a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings

ROOT = settings.ROOT


def run_manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("origins", "session", "secure"), [("https://learn.example", "__Host-session", True), ("", "session", False)]
)
def test_cookies_are_bound_to_https_where_there_is_https(origins: str, session: str, secure: bool) -> None:
    code = "from django.conf import settings as s; print(s.SESSION_COOKIE_NAME, s.SESSION_COOKIE_SECURE)"
    answer = run_manage("shell", "--no-imports", "-c", code, KINDLING_ORIGINS=origins)
    assert answer.stdout.split() == [session, str(secure)], answer.stderr


def test_a_deployment_passes_every_check_of_django() -> None:
    key = "k7" * 10 + "-a key long and mixed enough for Django's eye"
    answer = run_manage(
        "check",
        "--deploy",
        "--fail-level=WARNING",
        KINDLING_ORIGINS="https://learn.example",
        KINDLING_HOSTS="learn.example",
        KINDLING_SECRET_KEY=key,
    )
    assert answer.returncode == 0, answer.stderr
