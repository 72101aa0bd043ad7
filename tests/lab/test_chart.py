"""The chart by itself: all that a run measures, live, and what a reader can do with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.lab.charting import SCRIPT, Point, add, drawn, falling, key, notes, overlay, picture, settle, view
from tests.lab.stage import read_part


@pytest.fixture
def page(stage: Callable[..., Page]) -> Page:
    return stage(SCRIPT, read_part("chart.html"), viewport={"width": 800, "height": 700})


def test_it_says_what_will_appear_and_then_shows_it(page: Page) -> None:
    expect(page.locator(".chart-tools")).to_be_hidden()
    before = page.locator(".chart").bounding_box()
    add(page, falling(100))
    expect(picture(page)).to_have_accessible_name(
        re.compile(r"^loss by step: last 1\.232 at step 100, lowest 1\.232, highest 2\.48")
    )
    expect(key(page, "loss")).to_have_text("loss 1.232")
    after = page.locator(".chart").bounding_box()
    assert before
    assert after
    assert after["height"] <= before["height"], "nothing below it is pushed down"


def test_add_answers_the_newest_loss_for_the_status(page: Page) -> None:
    answers = page.evaluate(
        """[chart.add({name: "loss", kind: "loss", points: [[1, 2], [2, 1.5]]}),
            chart.add({name: "lr", kind: "learning_rate", points: [[1, 0.1]]})]"""
    )
    assert answers == [{"name": "loss", "value": 1.5}, None]


def test_every_kind_of_metric_has_its_place(page: Page) -> None:
    add(page, falling(50))
    add(page, [(25, 1.9), (50, 1.6)], "val loss", "validation")
    add(page, [(25, 0.5), (50, 0.8)], "val accuracy", "validation")
    add(page, [(1, 0.1), (50, 0.01)], "learning_rate", "learning_rate")
    add(page, [(1, 3.0), (50, 1.0)], "gradient_norm", "gradient_norm")
    add(page, [(1, 7.0), (50, 8.0)], "temperature", "scalar")
    page.evaluate("chart.progress({step: 50, rate: 120.5})")
    settle(page)
    expect(page.get_by_role("tab")).to_have_text(
        ["Loss and validation1.71", "Learning rate0.01", "Gradient norm1", "Steps per second120.5", "temperature8"]
    )
    expect(page.locator(".chart-key")).to_have_text(["loss 1.71", "val loss 1.6", "val accuracy (right) 0.8"])
    page.get_by_role("tab").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", selected=True)).to_have_text("Learning rate0.01")
    expect(page.get_by_role("tab", selected=True)).to_be_focused()
    expect(page.locator(".chart-key")).to_have_text(["learning_rate 0.01"])
    expect(page.get_by_role("tabpanel", name=re.compile("^Learning rate"))).to_be_visible()
    page.keyboard.press("End")
    expect(page.locator(".chart-key")).to_have_text(["temperature 8"])


def test_it_draws_live_and_not_more_than_twenty_times_a_second(page: Page) -> None:
    add(page, falling(2))
    drawings = page.evaluate(
        """async () => {
          let count = 0;
          const draw = chart.board.made.draw.bind(chart.board.made);
          chart.board.made.draw = () => { count += 1; draw(); };
          const began = performance.now();
          for (let step = 3; performance.now() - began < 1000; step += 1) {
            chart.add({ name: "loss", kind: "loss", points: [[step, 1 / step]] });
            await new Promise((done) => setTimeout(done, 1));
          }
          return count / (performance.now() - began) * 1000;
        }"""
    )
    assert 1 < drawings <= 21
    settle(page)
    kept = page.evaluate("chart.board.made.metrics.get('loss').length")
    assert drawn(page)[0][-1] == kept


def test_a_hundred_thousand_points_are_kept_and_a_picture_s_worth_is_drawn(page: Page) -> None:
    peak: list[Point] = [(70_001, 50.0)]
    add(page, [*falling(70_000), *peak, *falling(29_999, 70_002)])
    rows = drawn(page)
    assert len(rows[0]) <= 4 * 800
    assert max(value for value in rows[1] if value is not None) == 50.0, "no peak is lost"
    assert page.evaluate("chart.board.made.metrics.get('loss').length") == 100_000
    page.evaluate("chart.board.made.zoom({from: 69_990, to: 70_010})")
    settle(page)
    assert rows_between(drawn(page), 69_990, 70_010) == list(range(69_990, 70_011))


def rows_between(rows: list[list[float | None]], least: int, most: int) -> list[float]:
    return [step for step in rows[0] if step is not None and least <= step <= most]


def test_a_steep_loss_is_shown_on_a_log_scale_until_the_reader_says_otherwise(page: Page) -> None:
    log = page.get_by_role("button", name="Logarithmic scale")
    add(page, [(1, 1000.0), (2, 100.0)])
    expect(log).to_have_attribute("aria-pressed", "false")
    add(page, [(3, 1.0)])
    expect(log).to_have_attribute("aria-pressed", "true")
    log.click()
    add(page, [(4, 0.01)])
    expect(log).to_have_attribute("aria-pressed", "false")
    log.click()
    add(page, [(5, 0.0), (6, -1.0)])
    expect(notes(page)).to_have_text(["A logarithmic scale has no place for values of loss that are 0 or less."])


def test_smoothing_lays_a_mean_over_the_curve_and_is_set_with_the_keyboard(page: Page) -> None:
    add(page, [(step, 1.0 + step % 2) for step in range(200)])
    page.get_by_role("slider", name="Smooth").focus()
    for _ in range(9):
        page.keyboard.press("PageUp")
    settle(page)
    raw, smooth = drawn(page)[1:]
    assert {raw[-2], raw[-1]} == {1.0, 2.0}
    assert smooth[-1] == pytest.approx(1.5, abs=0.15)
    expect(page.locator(".chart-caption")).to_contain_text("smoothed")
    add(page, [(200, 1.0), (201, 2.0)])
    weight, mean, share = 0.9, 0.0, 1.0
    for step in range(202):
        mean, share = weight * mean + (1 - weight) * (1.0 + step % 2), share * weight
    smoothed = page.evaluate("chart.board.made.metrics.get('loss').smooth(chart.board.made.smoothing).at(-1)")
    assert page.evaluate("chart.board.made.smoothing") == weight
    assert smoothed == pytest.approx(mean / (1 - share))


def test_it_is_zoomed_by_dragging_and_whole_again_by_a_double_click(page: Page) -> None:
    add(page, falling(1000))
    area = page.locator(".chart .u-over")
    box = area.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20, steps=4)
    page.mouse.up()
    assert view(page) == pytest.approx((251, 500), abs=4)
    expect(page.locator(".chart-said")).to_have_text(re.compile(r"^Steps 2\d\d to (49|50)\d are shown\.$"))
    area.dblclick()
    assert view(page) == (1, 1000)


def test_it_is_zoomed_with_buttons_and_keys(page: Page) -> None:
    add(page, falling(1001, 0))
    page.get_by_role("button", name="Zoom in").click()
    assert view(page) == (250, 750)
    page.get_by_role("button", name="Zoom out").click()
    assert view(page) == (0, 1000)
    reader(page).focus()
    page.keyboard.press("Home")
    expect(reader(page)).to_have_attribute("aria-valuetext", re.compile("^Step 0: "))
    page.keyboard.press("+")
    assert view(page) == (0, 250)
    page.keyboard.press("0")
    assert view(page) == (0, 1000)
    add(page, falling(1000, 1001))
    assert view(page) == (0, 2000), "what is live stays whole"


def reader(page: Page) -> Locator:
    return page.get_by_role("slider", name="Read off values")


def test_values_are_read_off_with_arrow_keys(page: Page) -> None:
    add(page, [(step, float(step * step)) for step in range(1, 11)])
    add(page, [(5, 4.0), (10, 3.0)], "val loss", "validation")
    reader(page).focus()
    expect(reader(page)).to_have_attribute("aria-valuetext", "Step 10: loss 100, val loss 3")
    page.keyboard.press("ArrowLeft")
    expect(reader(page)).to_have_attribute("aria-valuetext", "Step 9: loss 81, val loss 3")
    page.keyboard.press("Home")
    expect(reader(page)).to_have_attribute("aria-valuenow", "1")
    expect(key(page, "loss")).to_have_text("loss 1")
    expect(page.locator(".chart-dot:visible")).to_have_count(2)
    page.keyboard.press("Tab")
    expect(page.locator(".chart-caption")).to_have_text("Last values · log scale")


def test_values_are_read_off_with_the_pointer(page: Page) -> None:
    add(page, [(step, float(step)) for step in range(1, 12)])
    box = page.locator(".chart .u-over").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
    expect(page.locator(".chart-caption")).to_have_text("Step 6")
    expect(key(page, "loss")).to_have_text("loss 6")
    page.mouse.move(0, 0)
    expect(key(page, "loss")).to_have_text("loss 11")


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ([(1, 1.0), (2, "NaN"), (3, "NaN")], "loss is NaN from step 2 on (2 points)."),
        ([(1, "Infinity"), (2, 1.0)], "loss is Infinity at step 1."),
        ([(1, "NaN"), (2, 1.0), (3, "-Infinity")], "loss is no finite number at 2 points; the first is NaN at step 1."),
        ([(1, "NaN"), (2, "NaN")], "loss is NaN from step 1 on (2 points)."),
    ],
)
def test_what_is_no_number_is_marked_and_said(page: Page, points: list[Point], words: str) -> None:
    add(page, points)
    expect(notes(page)).to_have_text([words])
    assert page.evaluate("chart.board.made.plot.picture.holes.length") == words.count("NaN") + words.count(
        "Infinity"
    ) + ("2 points;" in words)
    assert is_marked(page)


def is_marked(page: Page) -> bool:
    """Whether there is anything in the colour of what is wrong on the canvas."""
    found: bool = page.evaluate(
        """() => {
          const [red, green, blue] = chart.board.made.palette.bad.match(/\\d+/g).map(Number);
          const data = look(0);
          for (let at = 0; at < data.length; at += 4) if (data[at] === red && data[at + 1] === green && data[at + 2] === blue && data[at + 3] > 250) return true;
          return false;
        }"""
    )
    return found


def test_other_curves_are_laid_below_and_taken_away(page: Page) -> None:
    add(page, falling(100))
    overlay(page, "Reference", [("loss", "loss", falling(150))])
    overlay(page, "Run 7", [("loss", "loss", falling(50)), ("learning_rate", "learning_rate", [(1, 0.1)])])
    expect(page.locator(".chart-key")).to_have_text(["loss 1.232", "Reference 0.9429", "Run 7 1.71"])
    assert view(page) == (1, 150)
    looks = page.evaluate("chart.board.made.plot.lines.map(({colour, dash}) => colour + dash)")
    assert len(set(looks)) == 3
    key(page, "Run 7").click()
    expect(key(page, "Run 7")).to_have_attribute("aria-pressed", "false")
    assert len(drawn(page)) == 3
    overlay(page, "Run 7", [])
    expect(page.locator(".chart-key")).to_have_text(["loss 1.232", "Reference 0.9429"])
    page.evaluate("chart.clear()")
    settle(page)
    expect(page.locator(".chart-key")).to_have_text(["Reference 0.9429"])


def test_the_evidence_of_a_diagnosis_is_marked_on_its_curve(page: Page) -> None:
    add(page, falling(100))
    assert not is_marked(page)
    evidence = {"code": "diverging", "step": 90, "message": "", "metric": "loss", "evidence": [[80, 1.4], [90, "NaN"]]}
    page.evaluate("(diagnosis) => chart.markEvidence(diagnosis)", evidence)
    settle(page)
    expect(notes(page)).to_have_text(["◇ marks what the diagnosis at step 90 rests on: 2 points of loss."])
    assert is_marked(page)


def test_the_theme_changes_the_picture_at_once(page: Page) -> None:
    add(page, falling(100))
    light = read_ink(page)
    page.evaluate("document.documentElement.dataset.theme = 'dark'; document.dispatchEvent(new Event('themechange'))")
    assert read_ink(page) != light


def read_ink(page: Page) -> list[int]:
    """The strongest colour on the canvas, which is that of the line."""
    counted: list[int] = page.evaluate(
        """() => {
          const data = look(60);
          const found = new Map();
          for (let at = 0; at < data.length; at += 4) {
            const [red, green, blue, alpha] = data.slice(at, at + 4);
            if (alpha > 250 && Math.max(red, green, blue) - Math.min(red, green, blue) > 60) found.set(`${red},${green},${blue}`, (found.get(`${red},${green},${blue}`) ?? 0) + 1);
          }
          return [...found].sort((one, other) => other[1] - one[1])[0][0].split(",").map(Number);
        }"""
    )
    return counted


def test_steps_that_go_back_are_put_in_order(page: Page) -> None:
    add(page, [(1, 1.0), (3, 3.0), (2, 2.0), (3, 4.0)])
    assert drawn(page) == [[1, 2, 3, 3], [1.0, 2.0, 3.0, 4.0]]


@pytest.mark.parametrize("values", [[1e308, -1e308], [1e-300, 1e300], [0.0, 0.0], [5.0], [1e-12, 2e-12]])
def test_extreme_values_have_a_picture_with_numbers_at_its_axis(page: Page, values: list[float]) -> None:
    add(page, list(enumerate(values)))
    assert page.evaluate("chart.board.made.plot.drawing.axes[1]._values.length") >= 1


def test_it_begins_anew(page: Page) -> None:
    add(page, [(1, 1.0), (2, "NaN")])
    page.evaluate("chart.finish(); chart.clear()")
    expect(page.locator(".chart-tools")).to_be_hidden()
    expect(notes(page)).to_have_count(0)
    add(page, falling(10))
    expect(key(page, "loss")).to_have_text("loss 2.309")


def test_a_run_that_measures_nothing_leaves_room_for_its_output(page: Page) -> None:
    height = "document.querySelector('.chart').clientHeight"
    before = page.evaluate(height)
    page.evaluate("chart.finish()")
    assert page.evaluate(height) < before / 3
    page.evaluate("chart.clear()")
    assert page.evaluate(height) == before


def test_points_that_come_before_the_board_is_there_are_drawn(page: Page) -> None:
    page.evaluate(
        "for (let step = 1; step <= 10; step += 1) chart.add({name: 'loss', kind: 'loss', points: [[step, step]]})"
    )
    settle(page)
    assert drawn(page)[0] == list(range(1, 11))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_stands_in_anybody_s_way(page: Page, theme: Any) -> None:
    page.emulate_media(color_scheme=theme)
    add(page, [*falling(50), (51, "NaN")])
    add(page, [(1, 0.1), (50, 0.01)], "learning_rate", "learning_rate")
    overlay(page, "Reference", [("loss", "loss", falling(60))])
    page.get_by_text("As a table").click()
    page.evaluate(Axe().axe_script)
    rules = "axe.run({resultTypes: ['violations']}).then(({violations}) => violations.map((each) => each.id + each.nodes[0].html))"
    for width in (320, 768, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        settle(page)
        assert page.evaluate(rules) == []
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
