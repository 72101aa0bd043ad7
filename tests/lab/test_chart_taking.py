"""The numbers and the picture of a chart, to read and to take along."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Download, Page, expect

from tests.lab.charting import SCRIPT, add, falling, overlay
from tests.lab.stage import read_part


@pytest.fixture
def page(stage: Callable[..., Page]) -> Page:
    return stage(SCRIPT, read_part("chart.html"), viewport={"width": 800, "height": 700})


def test_the_numbers_are_a_table_too(page: Page) -> None:
    add(page, falling(1000))
    add(page, [(1000, "NaN")], "val loss", "validation")
    page.get_by_text("As a table").click()
    table = page.get_by_role("table")
    expect(table).to_have_accessible_name("Steps 1 to 1,000: 100 of 1,000 rows; the CSV file has all.")
    expect(table.get_by_role("columnheader")).to_have_text(["Step", "loss", "val loss"])
    expect(table.get_by_role("row").nth(1)).to_have_text("102.309–")
    expect(table.get_by_role("row").last).to_have_text("1,0000.5001NaN")


def test_all_points_are_saved_as_csv(page: Page, tmp_path: Path) -> None:
    add(page, falling(5000))
    add(page, [(1, "NaN")], '=a,"b"', "scalar")
    overlay(page, "Run 7", [("loss", "loss", [(1, 2.5)])])
    rows = list(csv.DictReader(save(page, "Save as CSV", tmp_path).read_text().splitlines()))
    assert len(rows) == 5002
    assert rows[0] == {"run": "this run", "metric": "loss", "step": "1", "value": "2.48"}
    assert rows[5000] == {"run": "this run", "metric": '\'=a,"b"', "step": "1", "value": "NaN"}
    assert rows[5001] == {"run": "Run 7", "metric": "loss", "step": "1", "value": "2.5"}


def test_the_picture_is_saved_as_png(page: Page, tmp_path: Path) -> None:
    add(page, falling(500))
    saved = save(page, "Save as PNG", tmp_path)
    assert saved.name == "loss.png"
    assert saved.read_bytes().startswith(b"\x89PNG")


def save(page: Page, button: str, folder: Path) -> Path:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).click()
    download: Download = waiting.value
    place = folder / download.suggested_filename
    download.save_as(place)
    return place
