"""What a chapter's text holds besides text, in a real browser: tabs, figures that move, words that light up lines."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from apps.courses.dialect import vocabulary
from tests.courses.texts import compile_text, replaced
from tests.lab.conftest import Open

SCRIPT = 'import "./chapter/parts.js";'
EXAMPLES = {each["name"]: each["example"] for each in vocabulary()["directives"]}
OTHER_TABS = EXAMPLES["tabs"].replace("::: tabs installing", "::: tabs again")
LINES = "Look at [the loss](<lines:first:print(loss)>) and at [both](lines:first:1-2).\n"
TEXT = "\n\n".join([EXAMPLES["slider"], EXAMPLES["tabs"], OTHER_TABS, LINES])
# No quiz form: what it would send, nobody answers here.
BODY = re.sub(r"<form.*?</form>", "", compile_text(replaced(("None.\n", f"{TEXT}\n"))).html, flags=re.DOTALL)


def read_path(page: Page, mark: str) -> list[float]:
    """Points along a line, x and y by turns, since what looks the same may be written differently; of dots, each."""
    along = """path => Array.from({ length: 21 }, (_, at) => path.getPointAtLength((path.getTotalLength() * at) / 20))
      .flatMap(({ x, y }) => [x, y])"""
    if "data-line" in mark:
        found: list[float] = page.locator(mark).evaluate(along)
        return found
    return [float(number) for number in re.findall(r"-?[\d.]+", page.locator(mark).get_attribute("d") or "")]


def test_a_figure_moves_with_its_slider_and_says_what_it_reads(stage: Open) -> None:
    page = stage("", BODY)
    drawn = {mark: read_path(page, mark) for mark in ("[data-line='0']", "[data-line='1']", "[data-dots='1']")}
    readings = page.locator(".readings").inner_text()
    expect(page.locator(".sliders")).to_be_hidden()

    page = stage(SCRIPT, BODY)
    slider = page.get_by_label("Learning rate")
    for mark, numbers in drawn.items():  # the browser draws what the server drew
        now = read_path(page, mark)
        assert len(now) == len(numbers)
        assert all(abs(one - other) <= 0.15 for one, other in zip(now, numbers, strict=True))
    assert page.locator(".readings").inner_text() == readings
    expect(page.locator(".sliders span")).to_have_text("0.10")

    slider.focus()
    for _ in range(19):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".sliders span")).to_have_text("1.05")
    assert read_path(page, "[data-line='1']") != drawn["[data-line='1']"]
    expect(page.locator(".readings dd")).to_have_text("120.659")  # 3.5² times 1.1 to the power of 24
    expect(page.get_by_role("status")).to_have_text("Loss after 12 steps: 120.659")


def test_tabs_are_used_by_keyboard_and_chosen_once_for_all(stage: Open) -> None:
    page = stage(SCRIPT, BODY)
    first, second = page.locator("kindling-tabs").nth(0), page.locator("kindling-tabs").nth(1)
    expect(first.get_by_role("tabpanel")).to_have_count(1)
    first.get_by_role("tab", name="pip").focus()
    page.keyboard.press("ArrowRight")
    for tabs in (first, second):
        expect(tabs.get_by_role("tab", name="conda")).to_have_attribute("aria-selected", "true")
        expect(tabs.get_by_role("tabpanel", name="conda")).to_contain_text("conda install")
    page.reload()
    expect(second.get_by_role("tab", name="conda")).to_have_attribute("aria-selected", "true")
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    expect(first.get_by_role("tabpanel")).to_have_count(2)
    page.evaluate("() => dispatchEvent(new Event('afterprint'))")
    expect(first.get_by_role("tabpanel")).to_have_count(1)


def test_without_scripts_all_panels_stand_under_headings_and_lines_are_linked(stage: Open) -> None:
    page = stage("", BODY)
    tabs = page.locator("kindling-tabs").first
    expect(tabs.get_by_role("heading")).to_have_text(["pip", "conda"])
    expect(tabs.get_by_text("conda install")).to_be_visible()
    page.get_by_role("link", name="the loss").click()
    assert page.url.endswith("#first--code")


def test_words_light_up_lines_by_pointer_and_by_keyboard(stage: Open) -> None:
    page = stage(SCRIPT, BODY)
    lit, line = page.locator("#first--code .lit"), page.get_by_role("link", name="the loss")
    page.get_by_role("link", name="both").hover()
    expect(lit).to_have_count(1)
    both = lit.bounding_box()
    page.mouse.move(0, 0)
    expect(lit).to_have_count(0)

    line.focus()
    expect(lit).to_have_count(1)
    one = lit.bounding_box()
    assert one
    assert both
    assert abs(both["height"] - 2 * one["height"]) < 1
    page.keyboard.press("Enter")
    expect(page.locator("#first--code pre.code")).to_be_focused()
    expect(lit).to_be_in_viewport()
    shown = page.locator("#first--code b.nb").bounding_box()
    now = lit.bounding_box()
    assert shown
    assert now
    assert abs(now["y"] + now["height"] / 2 - shown["y"] - shown["height"] / 2) < 4
    page.keyboard.press("Escape")
    expect(lit).to_have_count(0)
