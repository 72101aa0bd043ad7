"""`manage.py up`: runs all of Kindling on this machine."""

from __future__ import annotations

from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from kindling.embedded.birth import follow_parent
from kindling.supervisor.bringing_up import bring_up
from kindling.supervisor.refusal import Refusal


class Command(BaseCommand):
    help = "Runs all of Kindling on this machine, until it is stopped."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--with-parent", action="store_true", help="stop when the process that called this ends")

    def handle(self, *args: Any, **options: Any) -> None:
        from signal import SIGTERM

        if options["with_parent"]:
            follow_parent(SIGTERM)
        try:
            code = bring_up(self.say)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        raise SystemExit(code)

    def say(self, line: str) -> None:
        """A line for the person at the terminal. That nobody reads any more is no reason to stop."""
        try:
            self.stdout.write(line)
            self.stdout.flush()
        except OSError:
            pass
