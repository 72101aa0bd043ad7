"""Rules of the house that no other tool checks."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[2]
LONGEST_TEMPLATE = 60
LONGEST_MODULE = 400
READERS_OF_THE_ENVIRONMENT = {
    "platform/kindling/settings.py": "the web side's",
    "workers/celery.py": "the worker's",
    "platform/kindling/streams/__main__.py": "the live streams', which load no Django",
    "platform/kindling/client/configuration.py": "the command's, which runs on other machines",
}


def list_files(*patterns: str) -> list[Path]:
    """What belongs to the project by these patterns of git, whether committed or not yet."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [ROOT / name for name in listed if (ROOT / name).is_file()]


def test_templates_are_short() -> None:
    lengths = {path.relative_to(ROOT): len(path.read_text().splitlines()) for path in list_files("templates/*.html")}
    assert {path: length for path, length in lengths.items() if length >= LONGEST_TEMPLATE} == {}


def test_modules_are_short() -> None:
    modules = [path for path in list_files("*.py") if "migrations" not in path.parts]
    lengths = {path.relative_to(ROOT): len(path.read_text().splitlines()) for path in modules}
    assert {path: length for path, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_modules_are_named_for_what_they_hold() -> None:
    names = {path.stem for path in list_files("platform/*.py", "apps/*.py", "workers/*.py")}
    assert names & {"utils", "helpers", "common", "manager", "service", "misc"} == set()


@pytest.mark.django_db
def test_every_model_has_its_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_environment_is_read_in_few_places() -> None:
    reading = re.compile(r"\bos\.(getenv|environ(\.get|\[|\)))")
    modules = list_files("platform/*.py", "apps/*.py", "workers/*.py")
    readers = {str(path.relative_to(ROOT)) for path in modules if reading.search(path.read_text())}
    assert readers == set(READERS_OF_THE_ENVIRONMENT)


def list_settings() -> set[str]:
    """The names of all environment variables that the code reads."""
    source = "\n".join((ROOT / name).read_text() for name in READERS_OF_THE_ENVIRONMENT)
    return set(re.findall(r'"(KINDLING_[A-Z_]+|DATABASE_URL|VALKEY_URL|HOST|PORT)"', source))


@pytest.mark.parametrize("name", sorted(list_settings()))
def test_the_readme_explains_every_setting(name: str) -> None:
    assert re.search(rf"^\| `{name}` \|", (ROOT / "README.md").read_text(), re.MULTILINE)
