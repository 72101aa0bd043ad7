"""The question before the first run: each kind answered by mouse and by keyboard, skipped, or left for later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

SCRIPT = """
import { Prediction } from "./lab/predict/predict.js";
import { findSketch } from "./lab/predict/sketched.js";
const prediction = new Prediction(document.querySelector("section"));
window.projects = {};
window.answers = [];
window.ask = (project) => {
  window.projects[project.key] ??= project;
  prediction.ask(window.projects[project.key]).then((given) => window.answers.push(given === undefined ? "nothing to ask" : given));
};
window.findSketch = findSketch;
"""
BODY = '<section class="prediction" aria-label="Prediction" hidden></section>'
NUMBER = {"kind": "number", "ask": "After how many epochs?", "unit": "epochs", "metric": "loss"}
CHOICE = {"kind": "choice", "ask": "What will it say for 5?", "choices": ["Exactly 50", "A little less", "Much more"]}
CURVE = {
    "kind": "curve",
    "ask": "How will the loss fall?",
    "metric": "loss",
    "steps": [1, 501],
    "values": [0.01, 100],
    "log": True,
}


@pytest.fixture
def page(stage: Callable[..., Page]) -> Page:
    return stage(SCRIPT, BODY, viewport={"width": 700, "height": 800})


def ask(page: Page, question: dict[str, Any] | None, **project: Any) -> None:
    page.evaluate("(project) => ask(project)", {"key": "fit", "question": question, "predicted": False, **project})


def answers(page: Page) -> Any:
    page.wait_for_function("() => answers.length")
    return page.evaluate("answers")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def points(page: Page) -> Locator:
    return page.get_by_role("slider")


@pytest.mark.parametrize(("question", "project"), [(None, {}), (NUMBER, {"predicted": True})])
def test_where_there_is_nothing_to_ask_the_run_goes_on(
    page: Page, question: dict[str, Any] | None, project: dict[str, Any]
) -> None:
    ask(page, question, **project)
    assert answers(page) == ["nothing to ask"]
    expect(page.locator("form")).to_have_count(0)


@pytest.mark.parametrize(("typed", "said"), [("150", 150), ("0,5", 0.5), (" 1e-3 ", 0.001), ("-2", -2)])
def test_a_number_is_typed_and_sent_with_enter(page: Page, typed: str, said: float) -> None:
    ask(page, NUMBER)
    field = page.get_by_label(str(NUMBER["ask"]))
    expect(field).to_be_focused()
    field.fill(typed)
    field.press("Enter")
    assert answers(page) == [{"ask": NUMBER["ask"], "said": said}]
    expect(page.locator("section")).to_be_hidden()


@pytest.mark.parametrize("typed", ["", "many", "1,2,3"])
def test_what_is_no_number_is_said_to_be_none(page: Page, typed: str) -> None:
    ask(page, NUMBER)
    field = page.get_by_label(str(NUMBER["ask"]))
    field.fill(typed)
    press(page, "Predict and run")
    expect(page.get_by_role("alert")).to_have_text("Write a number, such as 120 or 0.5, or skip.")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    assert page.evaluate("answers") == []


def test_a_choice_is_made_with_the_keyboard(page: Page) -> None:
    ask(page, CHOICE)
    expect(page.get_by_role("radio").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert answers(page) == [{"ask": CHOICE["ask"], "said": 1}]


def test_nothing_is_chosen_for_the_student(page: Page) -> None:
    ask(page, CHOICE)
    press(page, "Predict and run")
    expect(page.get_by_role("alert")).to_have_text("Choose one of the answers, or skip.")


def test_a_curve_is_drawn_with_one_stroke(page: Page) -> None:
    ask(page, CURVE)
    box = page.locator(".sketch-pad").bounding_box()
    assert box
    page.mouse.move(box["x"] + 4, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 4, box["y"] + box["height"] - 12, steps=3)
    page.mouse.up()
    press(page, "Predict and run")
    (given,) = answers(page)
    steps, values = zip(*given["said"], strict=True)
    assert steps == (1, 51, 101, 151, 201, 251, 301, 351, 401, 451, 501)
    assert values[0] > 50
    assert values[-1] < 0.02
    assert list(values) == sorted(values, reverse=True)
    assert values[5] == pytest.approx(1, rel=0.2)


def test_a_curve_is_drawn_with_a_finger(stage: Callable[..., Page]) -> None:
    page = stage(SCRIPT, BODY, viewport={"width": 390, "height": 800}, has_touch=True)
    ask(page, CURVE)
    box = page.locator(".sketch-pad").bounding_box()
    assert box
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + 12)
    expect(points(page).nth(5)).not_to_have_attribute("aria-valuenow", "1")
    expect(points(page).nth(0)).to_have_attribute("aria-valuenow", "1")


def test_a_curve_is_sketched_point_by_point_with_the_keyboard(page: Page) -> None:
    ask(page, CURVE)
    first = points(page).first
    expect(first).to_be_focused()
    expect(first).to_have_attribute("aria-label", "loss at step 1")
    page.keyboard.press("End")
    expect(first).to_have_attribute("aria-valuetext", "100")
    page.keyboard.press("Tab")
    page.keyboard.press("PageDown")
    page.keyboard.press("ArrowDown")
    press(page, "Predict and run")
    said = answers(page)[0]["said"]
    assert said[0] == [1, 100]
    assert said[1] == [51, pytest.approx(0.331)]
    assert said[2] == [101, 1]


def test_the_values_of_a_curve_can_be_typed(page: Page) -> None:
    ask(page, CURVE)
    page.get_by_text("Type the values instead").click()
    field = page.get_by_role("textbox", name="loss at step 101")
    field.fill("0.5")
    field.press("Tab")
    expect(points(page).nth(2)).to_have_attribute("aria-valuenow", "0.5")
    page.get_by_role("textbox", name="loss at step 1", exact=True).fill("5000")
    press(page, "Predict and run")
    assert answers(page)[0]["said"][0] == [1, 100]


def test_an_untouched_curve_is_no_prediction(page: Page) -> None:
    ask(page, CURVE)
    press(page, "Predict and run")
    expect(page.get_by_role("alert")).to_have_text("Draw the curve first, or skip.")


def test_a_sketch_can_be_laid_under_the_chart(page: Page) -> None:
    given = {"ask": CURVE["ask"], "said": [[1, 100], [501, 0.1]]}
    sketch = page.evaluate("(project) => findSketch(project)", {"question": CURVE, "given": given})
    assert sketch == {"label": "Your sketch", "series": [{"name": "loss", "kind": "loss", "points": given["said"]}]}
    assert page.evaluate("(project) => findSketch(project)", {"question": CURVE, "given": {"skipped": True}}) is None
    assert page.evaluate("(project) => findSketch(project)", {"question": None}) is None


@pytest.mark.parametrize("question", [NUMBER, CHOICE, CURVE], ids=lambda question: question["kind"])
def test_every_question_can_be_skipped(page: Page, question: dict[str, Any]) -> None:
    ask(page, question)
    press(page, "Skip and run")
    assert answers(page) == [{"skipped": True}]


def test_escape_leaves_the_question_for_the_next_time(page: Page) -> None:
    ask(page, NUMBER)
    page.keyboard.press("Escape")
    assert answers(page) == [None]
    ask(page, NUMBER)
    expect(page.get_by_label(str(NUMBER["ask"]))).to_be_focused()


def test_run_pressed_again_leads_back_to_the_question(page: Page) -> None:
    ask(page, NUMBER)
    page.get_by_role("button", name="Skip and run").focus()
    ask(page, NUMBER)
    expect(page.get_by_label(str(NUMBER["ask"]))).to_be_focused()
    assert answers(page) == [None]
    press(page, "Skip and run")
    page.wait_for_function("() => answers.length === 2")


def test_a_start_that_was_refused_is_tried_again_with_the_same_answer(page: Page) -> None:
    ask(page, NUMBER)
    page.get_by_label(str(NUMBER["ask"])).fill("7")
    page.keyboard.press("Enter")
    ask(page, NUMBER)
    page.wait_for_function("() => answers.length === 2")
    assert page.evaluate("answers[1].said") == 7


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 768])
@pytest.mark.parametrize("question", [NUMBER, CHOICE, CURVE], ids=lambda question: question["kind"])
def test_it_is_accessible(stage: Callable[..., Page], question: dict[str, Any], width: int, scheme: str) -> None:
    page = stage(SCRIPT, BODY, viewport={"width": width, "height": 900}, color_scheme=scheme)
    ask(page, question)
    press(page, "Predict and run")
    expect(page.get_by_role("alert")).not_to_be_empty()
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
