from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings
from redis import Redis


@pytest.fixture(autouse=True)
def mailbox(tmp_path: Path, settings: Settings) -> Path:
    """A mailbox of the test's own; pytest-django would keep mails in memory."""
    settings.EMAIL_BACKEND = "apps.accounts.mailbox.MailboxBackend"
    settings.MAILBOX = tmp_path / "mail"
    return tmp_path / "mail"


@pytest.fixture(autouse=True)
def fresh_limits(valkey: Redis) -> None:
    """No test stands under the limits that another one used up."""
