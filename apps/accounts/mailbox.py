"""The development mailbox: without a mail server, mails are files in a folder, a line in the log and a page."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage as ParsedMail
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

log = logging.getLogger(__name__)

SHOWN = 50
CODE = re.compile(r"^\s*([A-Z0-9]{4}-[A-Z0-9]{4})\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Mail:
    """A mail as the page shows it; `code` is what the reader came for, or empty."""

    subject: str
    to: str
    at: datetime
    text: str
    code: str


def is_in_use() -> bool:
    """Whether mails go to this mailbox, and not to a server."""
    return bool(f"{MailboxBackend.__module__}.{MailboxBackend.__qualname__}" == settings.EMAIL_BACKEND)


def read_newest(count: int = SHOWN) -> list[Mail]:
    """The newest mails, newest first. Names of files begin with their time, so no file is opened in vain."""
    names = sorted(settings.MAILBOX.glob("*.eml"), reverse=True)[:count]
    return [parse(path) for path in names]


def parse(path: Path) -> Mail:
    parsed = message_from_bytes(path.read_bytes(), policy=policy.default)
    text = read_text(parsed)
    code = CODE.search(text)
    return Mail(
        subject=str(parsed["Subject"] or "(no subject)"),
        to=str(parsed["To"] or ""),
        at=datetime.fromtimestamp(int(path.name.split("-")[0]) / 1e9, UTC),
        text=text,
        code=code[1] if code else "",
    )


def read_text(mail: ParsedMail) -> str:
    part = mail.get_body(("plain", "html"))
    return str(part.get_content()).strip() if part else ""


class MailboxBackend(BaseEmailBackend):
    """Django's mail back end for machines that have no mail server."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            path = keep(message)
            log.info("Mail to %s: “%s” is in %s", ", ".join(message.to), message.subject, path)
        return len(email_messages)


def keep(message: EmailMessage) -> Path:
    """Write the mail under another name first: the page never reads half of it."""
    settings.MAILBOX.mkdir(mode=0o700, parents=True, exist_ok=True)
    path: Path = settings.MAILBOX / f"{time.time_ns():020}-{secrets.token_hex(4)}.eml"
    partial = path.with_suffix(".partial")
    partial.write_bytes(message.message().as_bytes())
    return partial.rename(path)
