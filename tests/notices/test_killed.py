"""A mailer that is killed in the middle of its work, for real."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.utils import timezone

from apps.notices import claiming
from apps.notices.models import Notice, Pace
from tests.conduct.people import build_person
from tests.notices.builders import let_time_pass, say, wish
from tests.product import ROOT, wait_for

MAILER = """
import time, django; django.setup()
from apps.accounts import mailbox
from apps.notices.claiming import find_rounds
from apps.notices.mailing import mail_some
from django.utils import timezone

keep = mailbox.keep
mailbox.keep = lambda message: (keep(message), time.sleep(0.02))
due, after = find_rounds(timezone.now())[1], 0
while (after := mail_some(due, after=after)) is not None:
    pass
"""
PEOPLE = 2 * claiming.TOGETHER + 5


def begin(data: Path) -> subprocess.Popen[bytes]:
    """Another process over the database of this test, with a mailbox that takes its time."""
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{settings.DATABASES['default']['NAME']}")
    environment = {
        **os.environ,
        "DATABASE_URL": address.geturl(),
        "DJANGO_SETTINGS_MODULE": "kindling.settings",
        "KINDLING_DATA": str(data),
        "PYTHONPATH": f"{ROOT / 'platform'}:{ROOT}",
    }
    return subprocess.Popen([sys.executable, "-c", MAILER], cwd=ROOT, env=environment)


def count_mails(mailbox: Path) -> int:
    return len(list(mailbox.glob("*.eml")))


@pytest.mark.django_db(transaction=True)
def test_nobody_is_mailed_twice_and_at_most_one_not_at_all(tmp_path: Path) -> None:
    mailbox = tmp_path / "mail"
    for number in range(PEOPLE):
        person = build_person(f"P{number}")
        wish(person, Pace.DAILY)
        say(person)
    let_time_pass()
    mailer = begin(tmp_path)
    wait_for(lambda: count_mails(mailbox) > claiming.TOGETHER + 3, "the mailer to be midway")
    mailer.send_signal(signal.SIGKILL)
    mailer.wait()
    assert count_mails(mailbox) < PEOPLE
    Notice.objects.exclude(claim=None).update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert begin(tmp_path).wait(60) == 0
    to = Counter(line for mail in mailbox.glob("*.eml") for line in mail.read_text().splitlines() if line[:4] == "To: ")
    assert max(to.values()) == 1
    assert len(to) >= PEOPLE - 1
