"""What a reader's browser has to fetch, against the budgets. Needs `npm run build` (`make ready` runs it)."""

import gzip
import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from .pages import ROOT, STATIC, list_templates

BUILD = STATIC / "build"
STATIC_TAG = re.compile(r"{% static \"([^\"]+)\" %}")
IMPORT = re.compile(r"""(?:from|import)\s*["'](\./[^"']+)["']""")
LAZY = re.compile(r"""import\(["'](\./[^"']+)["']\)""")


def weigh(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 9))


def follow(entry: Path, pattern: re.Pattern[str]) -> set[Path]:
    return {(entry.parent / match).resolve() for match in pattern.findall(entry.read_text())}


def list_first_scripts() -> set[Path]:
    """All that runs on a chapter page before the reader does anything: the lab included, its chart not."""
    htmx = finders.find("django_htmx/htmx-4.min.js")
    assert isinstance(htmx, str)
    site = BUILD / "site.js"
    lab = follow(site, LAZY)
    chunks = follow(site, IMPORT) | lab | {chunk for part in lab for chunk in follow(part, IMPORT)}
    return {Path(htmx), BUILD / "theme.js", site, *chunks}


def test_first_scripts_weigh_at_most_30_kb() -> None:
    assert sum(map(weigh, list_first_scripts())) <= 30 * 1024


def test_the_style_sheet_weighs_at_most_15_kb() -> None:
    assert weigh(BUILD / "site.css") <= 15 * 1024


def test_the_chart_is_fetched_only_when_there_is_something_to_draw() -> None:
    [lab] = follow(BUILD / "site.js", LAZY)
    [chart] = follow(lab, LAZY)
    assert "uplot" in chart.name.lower()
    assert chart not in list_first_scripts()


def test_the_theme_is_set_before_the_first_paint() -> None:
    page = (ROOT / "templates" / "base.html").read_text()
    assert '<script src="{% static "build/theme.js" %}"></script>' in page, "blocking, in the head"
    script = (BUILD / "theme.js").read_text()
    assert "localStorage" in script
    assert weigh(BUILD / "theme.js") < 500


def test_every_static_file_that_a_template_names_exists() -> None:
    named = {each for template in list_templates() for each in STATIC_TAG.findall(template.read_text())}
    assert "build/site.css" in named
    assert not [each for each in named if finders.find(each) is None]


@pytest.mark.parametrize("chunk", sorted((BUILD / "chunks").glob("*.js")), ids=lambda path: path.name)
def test_a_hashed_chunk_may_be_kept_for_ever(chunk: Path) -> None:
    assert re.search(settings.WHITENOISE_IMMUTABLE_FILE_TEST, f"/static/build/chunks/{chunk.name}")


def test_an_entry_without_hash_may_not_be_kept_for_ever() -> None:
    assert not re.search(settings.WHITENOISE_IMMUTABLE_FILE_TEST, "/static/build/site.js")
    assert re.search(settings.WHITENOISE_IMMUTABLE_FILE_TEST, "/static/build/site.88fac1f0dddc.js")


def test_the_lock_file_names_no_registry() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert packages
    assert not [name for name, package in packages.items() if "resolved" in package]
