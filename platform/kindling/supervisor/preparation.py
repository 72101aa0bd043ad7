"""What must be true before the first request: tables, courses, static files, somebody who can log in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils.crypto import get_random_string

from apps.accounts import roles
from apps.accounts.models import Role, User
from kindling.supervisor.refusal import Refusal

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """An account of the first start; its password is stored hashed and known here only."""

    role: str
    email: str
    password: str


def collect_static() -> None:
    """Copies and hashes the static files, unless those of the last time are still right (then about 10 ms)."""
    seal = settings.STATIC_ROOT / ".sources"
    sources = "\n".join(sorted(_list_sources()))
    if seal.exists() and seal.read_text() == sources:
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    seal.write_text(sources)


def migrate(say: Say) -> None:
    """Brings the tables up to date; when they are, two queries say so."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("Bringing the database up to date …")
        call_command("migrate", interactive=False, verbosity=0)


def import_courses(say: Say) -> None:
    """Publishes the chapters whose files changed; a `Refusal` with the command's words when one is not right."""
    try:
        call_command("course", "import")
    except CommandError as error:
        raise Refusal(f"The courses could not be imported: {error}") from error


@transaction.atomic
def create_first_logins() -> list[Login]:
    """One account a role where nobody has one yet, with addresses that need no mail; else nothing."""
    if User.objects.filter(service__isnull=True).exists():
        return []
    return [_create_login(role) for role in Role]


def _create_login(role: Role) -> Login:
    login = Login(role=role.value, email=f"{role.value}@kindling.test", password=get_random_string(14))
    person = User.objects.create_user(login.email, login.password, name=role.label)
    EmailAddress.objects.create(user=person, email=login.email, verified=True, primary=True)
    roles.grant(actor=None, person=person, role=role)
    return login


def _list_sources() -> Iterator[str]:
    for finder in get_finders():
        for name, storage in finder.list([]):
            path = Path(storage.path(name))
            found = path.stat()
            yield f"{path} {found.st_size} {found.st_mtime_ns}"
