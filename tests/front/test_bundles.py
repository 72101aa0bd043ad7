"""What a reader's browser has to fetch, against the budgets. Needs `npm run build` (`make ready` runs it)."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from .bundles import BUILD, list_chart, list_editor, list_first, weigh
from .pages import ROOT, list_templates

STATIC_TAG = re.compile(r"{% static \"([^\"]+)\" %}")


def test_first_scripts_weigh_at_most_30_kb() -> None:
    assert weigh(*list_first()) <= 30 * 1024


def test_the_style_sheet_weighs_at_most_15_kb() -> None:
    assert weigh(BUILD / "site.css") <= 15 * 1024


def test_the_chart_with_its_tools_weighs_at_most_26_kb_and_the_editor_135() -> None:
    assert weigh(*list_chart()) <= 26 * 1024
    assert weigh(*list_editor()) <= 135 * 1024


def test_what_draws_and_what_edits_is_fetched_only_when_it_is_needed() -> None:
    marks = {"u-cursor-x": list_chart(), "cm-gutters": list_editor()}
    for mark, scripts in marks.items():
        assert any(mark in script.read_text() for script in scripts)
        assert not any(mark in script.read_text() for script in list_first())


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
