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

from apps.notices.models import Notice, Pace
from tests.conduct.people import build_person
from tests.notices.builders import let_time_pass, say, wish
from tests.product import ROOT, wait_for

MAILER = """
import sys, time, django; django.setup()
from apps.accounts import mailbox
from apps.notices import claiming
from apps.notices.claiming import find_rounds
from apps.notices.mailing import mail_some
from django.utils import timezone

claiming.TOGETHER, kept, most = {together}, [], int(sys.argv[1])
keep = mailbox.keep

def keep_some(message):
    if len(kept) == most:
        time.sleep(3600)  # the next one is marked and does not go out: here it will be killed
    kept.append(keep(message))
    return kept[-1]

mailbox.keep = keep_some
due, after = find_rounds(timezone.now())[1], 0
while (after := mail_some(due, after=after)) is not None:
    pass
"""
TOGETHER = 10
MIDWAY = TOGETHER + 3
PEOPLE = 2 * TOGETHER + 5


def begin(data: Path, *, most: int = PEOPLE) -> subprocess.Popen[bytes]:
    """A mailer of its own over the database of this test, which after so many mails hangs in the next."""
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{settings.DATABASES['default']['NAME']}")
    environment = {
        **os.environ,
        "DATABASE_URL": address.geturl(),
        "DJANGO_SETTINGS_MODULE": "kindling.settings",
        "KINDLING_DATA": str(data),
        "PYTHONPATH": f"{ROOT / 'platform'}:{ROOT}",
    }
    command = [sys.executable, "-c", MAILER.format(together=TOGETHER), str(most)]
    return subprocess.Popen(command, cwd=ROOT, env=environment)


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
    mailer = begin(tmp_path, most=MIDWAY)
    marked = Notice.objects.exclude(mailed_at=None)
    wait_for(lambda: marked.count() > MIDWAY or mailer.poll() is not None, "the mailer to be midway", seconds=120)
    mailer.send_signal(signal.SIGKILL)
    mailer.wait()
    assert count_mails(mailbox) == MIDWAY
    Notice.objects.exclude(claim=None).update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert begin(tmp_path).wait(120) == 0
    to = Counter(line for mail in mailbox.glob("*.eml") for line in mail.read_text().splitlines() if line[:4] == "To: ")
    assert max(to.values()) == 1
    assert len(to) == PEOPLE - 1
