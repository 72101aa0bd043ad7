"""The walls of the house: each import contract breaks when somebody imports through it, and processes load one side only."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]

VIOLATIONS = {
    "apps-know-no-wiring": ("apps/quizzes/visits.py", "kindling.urls"),
    "apps-in-layers": ("apps/courses/publishing.py", "apps.progress.pages"),
    "rooms-in-layers": ("apps/courses/models.py", "apps.courses.access"),
    "views-are-an-edge": ("apps/courses/publishing.py", "apps.courses.views"),
    "addresses-and-tasks-are-an-edge": ("apps/runs/outbox.py", "apps.runs.tasks"),
    "web-never-imports-torch": ("apps/progress/views.py", "workers.runner"),
    "runs-know-only-the-protocol": ("apps/runs/outbox.py", "workers.tasks"),
    "the-command-stands-alone": ("platform/kindling/client/site.py", "httpx"),
    "workers-know-no-web": ("workers/tasks.py", "apps.runs.models"),
    "protocol-is-plain": ("workers/protocol/names.py", "redis"),
    "only-the-harness-imports-torch": ("workers/tasks.py", "workers.harness"),
    "torch-stays-in-the-harness": ("workers/runner/__init__.py", "torch"),
    "streams-know-no-django": ("platform/kindling/streams/__init__.py", "django"),
}
"""For each contract a file and what it must not import."""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What lint-imports says about a copy of the tree in which every violation is planted at once."""
    copy = tmp_path_factory.mktemp("house")
    for folder in ("platform", "apps", "workers"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__", "content"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    for place, target in VIOLATIONS.values():
        with (copy / place).open("a") as file:
            file.write(f"\nimport {target}\n")
    code = (
        "import sys; sys.path[:0] = ['platform', '.']; "
        "from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


def test_every_contract_has_its_violation() -> None:
    assert set(VIOLATIONS) == {contract["id"] for contract in CONTRACTS}


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: str(contract["id"]))
def test_a_violation_breaks_its_contract(report: str, contract: dict[str, str]) -> None:
    assert f"{contract['name']} BROKEN" in report
    place, target = VIOLATIONS[contract["id"]]
    importer = place.removeprefix("platform/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    details = report.partition("Broken contracts")[2].partition(f"{contract['name']}\n---")[2].partition("\n---")[0]
    assert f"{importer} -> {target}" in details


def test_the_folder_platform_is_no_package() -> None:
    assert not (ROOT / "platform" / "__init__.py").exists()


def test_the_protocol_imports_the_standard_library_only() -> None:
    source = "".join(path.read_text() for path in (ROOT / "workers" / "protocol").glob("*.py"))
    tree = ast.parse(source.replace("from __future__ import annotations", ""))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {
        name.partition(".")[0] for name in names if not name.startswith("workers.protocol.")
    } <= sys.stdlib_module_names


def load(code: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after this code."""
    environment = {
        "PYTHONPATH": f"{ROOT / 'platform'}:{ROOT}",
        "DJANGO_SETTINGS_MODULE": "kindling.settings",
        "KINDLING_SECRET_KEY": "tests",
        "KINDLING_TICKET_KEY": "tests",
        "VALKEY_URL": "redis://127.0.0.1:1/0",
    }
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_the_web_side_loads_no_torch_and_no_worker() -> None:
    loaded = load(
        "import kindling.wsgi, kindling.urls, kindling.celery; kindling.celery.app.loader.import_default_modules()"
    )
    assert not {"torch", "numpy", "workers.celery", "workers.tasks"} & loaded
    assert "apps.runs.tasks" in loaded


def test_the_worker_loads_no_database() -> None:
    loaded = load("import workers.tasks")
    assert not {"django.db", "psycopg", "torch", "numpy", "apps", "kindling"} & loaded


def test_the_live_streams_load_no_django() -> None:
    loaded = load("import kindling.streams.__main__")
    assert not {"django", "psycopg", "torch", "celery"} & loaded


def test_the_command_loads_the_standard_library_only() -> None:
    loaded = {name.partition(".")[0] for name in load("import kindling.client.__main__")}
    assert not {"django", "redis", "celery", "ninja", "pydantic", "httpx", "workers", "apps"} & loaded
