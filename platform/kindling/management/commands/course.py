"""`manage.py course`: courses go between files and the site, into notebooks and books, and are looked through."""

from __future__ import annotations

from argparse import RawDescriptionHelpFormatter
from types import ModuleType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.courses.folders import BadCourse
from kindling.course import book, check, export, fetch, site, sync, verify

SUBCOMMANDS: dict[str, ModuleType] = {
    "check": check,
    "import": fetch,
    "export": export,
    "sync": sync,
    "verify": verify,
    "site": site,
    "epub": book,
}


class Command(BaseCommand):
    help = "Courses between files and the site: check, import, export, sync, verify; and to take along: site, epub."

    def add_arguments(self, parser: CommandParser) -> None:
        parsers = parser.add_subparsers(dest="subcommand", required=True, metavar="SUBCOMMAND")
        for name, module in SUBCOMMANDS.items():
            summary = (module.__doc__ or "").partition("\n")[0]
            added = parsers.add_parser(
                name, help=summary, description=module.HELP, formatter_class=RawDescriptionHelpFormatter
            )
            module.add_arguments(added)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            SUBCOMMANDS[options["subcommand"]].run(self.stdout.write, **options)
        except BadCourse as bad:
            raise CommandError(f"Nothing was changed. Mend this and try again:\n{bad}") from None
        except OSError as error:
            raise CommandError(f"{error.filename or 'A file'}: {error.strerror}.") from None
