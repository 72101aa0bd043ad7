"""`manage.py verify_course`: a part of `manage.py course` by another name."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from kindling.course import verify


class Command(BaseCommand):
    help = verify.HELP

    def add_arguments(self, parser: CommandParser) -> None:
        verify.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        verify.run(self.stdout.write, **options)
