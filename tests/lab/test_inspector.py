"""The inspector by itself: the tree, the pictures, and what it asks of a run, with answers that real runs gave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.lab.recordings import record

SCRIPT = """
import { Inspector } from "./lab/inspector/inspector.js";
import * as tensors from "./lab/inspector/tensors.js";
window.asked = [];
window.refusal = null;
const ask = async (wanted) => { asked.push(wanted); if (refusal) throw new Error(refusal); };
window.tensors = tensors;
window.inspector = new Inspector(document.querySelector("#inspector"), { ask });
"""
WATCHER = SCRIPT.replace("{ ask });", "{ ask: null });")
BODY = '<section id="inspector" aria-label="Inspector"><h3 class="visually-hidden">Inspector</h3></section>'
Open = Callable[..., Page]


@pytest.fixture
def page(stage: Open) -> Page:
    page = stage(SCRIPT, BODY, viewport={"width": 900, "height": 900})
    page.evaluate("inspector.show('paused')")
    add(page, looks()[0])
    return page


def looks() -> list[dict[str, Any]]:
    """The modules; a weight, and nothing; a step later the weight again, its gradient, and what a module made."""
    return record()["inspections"]


def add(page: Page, *events: dict[str, Any]) -> None:
    page.evaluate("events => events.forEach((event) => inspector.add(event))", list(events))


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("treeitem", name=name).first


def reading(page: Page) -> Locator:
    return page.locator(".heat-reading")


def heat(page: Page) -> Locator:
    return page.locator("canvas[role=application]")


def tensor(shape: list[int], values: list[float | str] | None, **fields: Any) -> dict[str, Any]:
    return {
        "name": "t",
        "shape": shape,
        "dtype": "float32",
        "device": "cpu",
        "statistics": None,
        "sampled": None,
        "values": values,
        "thinned": None,
        "histogram": None,
        "gradient": None,
    } | fields


def answer(told: dict[str, Any], *, step: int = 1, of: str = "tensor") -> dict[str, Any]:
    return {"id": "1", "of": of, "name": "t", "step": step, "error": "", "modules": [], "tensors": [told]}


def show(page: Page, *events: dict[str, Any]) -> None:
    """Choose the tensor `t`, and answer."""
    add(page, {**looks()[0], "modules": [], "tensors": [tensor([1], None)]})
    row(page, "t").click()
    add(page, *events)


def test_modules_and_tensors_stand_in_a_tree(page: Page) -> None:
    assert row(page, "model Sequential, 161 parameters").get_attribute("aria-level") == "1"
    assert row(page, "0 Linear, 144 parameters").get_attribute("aria-level") == "2"
    assert row(page, "weight 16 × 8").get_attribute("aria-level") == "3"
    assert row(page, "prediction 32 × 1").get_attribute("aria-level") == "2", "under Variables"
    expect(page.get_by_role("treeitem", name="Variables")).to_be_visible()


def test_the_tree_is_walked_by_keyboard(page: Page) -> None:
    row(page, "model Sequential").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    expect(row(page, "bias 16")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(row(page, "0 Linear")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    assert row(page, "0 Linear").get_attribute("aria-expanded") == "false"
    expect(row(page, "0 Linear")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.press("p")
    expect(row(page, "prediction")).to_be_focused()
    page.keyboard.press("Enter")
    assert row(page, "prediction").get_attribute("aria-selected") == "true"
    assert page.evaluate("asked.at(-1)") == {"of": "tensor", "name": "prediction"}


def test_a_weight_is_shown_with_its_values_and_their_spread(page: Page) -> None:
    row(page, "weight 16 × 8").click()
    assert page.evaluate("asked") == [{"of": "tensor", "name": "model.0.weight"}]
    add(page, looks()[1])
    told = looks()[1]["tensors"][0]
    expect(page.locator(".pane-words").first).to_contain_text(f"16 × 8 · float32 · after step {looks()[1]['step']}")
    heat(page).focus()
    expect(reading(page)).to_contain_text("model.0.weight[0, 0] = ")
    for key in ("ArrowRight", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    value = page.evaluate("value => String(Number(value.toPrecision(4)))", told["values"][2 * 8 + 1])
    expect(reading(page)).to_have_text(f"model.0.weight[2, 1] = {value.replace('-', '−')}")
    expect(page.get_by_role("img", name="Histogram: 128 values")).to_be_visible()
    page.get_by_text("As a table").click()
    expect(page.locator(".pane-table tbody tr")).to_have_count(16)


def test_the_pointer_reads_values_too(page: Page) -> None:
    show(page, answer(tensor([2, 2], [1, -2, 3.5, 0])))
    box = heat(page).bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.75)
    expect(reading(page)).to_have_text("t[1, 0] = 3.5")
    expect(page.locator(".heat-legend")).to_contain_text("3.5")


def test_a_step_says_what_it_changed(page: Page) -> None:
    row(page, "weight 16 × 8").click()
    add(page, looks()[1], looks()[3])
    before, now = (look["tensors"][0]["values"] for look in (looks()[1], looks()[3]))
    most = max(range(128), key=lambda at: abs(now[at] - before[at]))
    change = page.locator(".pane-change")
    expect(change).to_contain_text(f"Since step {looks()[1]['step']}, all 128 values have changed")
    expect(change).to_contain_text(f"model.0.weight[{most // 8}, {most % 8}]")
    page.get_by_label(f"Show the change since step {looks()[1]['step']}").check()
    heat(page).focus()
    expect(reading(page)).to_contain_text("change of model.0.weight[0, 0]")


def test_after_a_step_what_is_shown_is_asked_again(page: Page) -> None:
    row(page, "weight 16 × 8").click()
    add(page, looks()[1])
    page.evaluate("inspector.show('running'); inspector.show('paused')")
    page.wait_for_function("() => asked.length === 2")
    assert page.evaluate("asked") == [{"of": "tensor", "name": "model.0.weight"}] * 2


def test_a_gradient_is_asked_by_its_name(page: Page) -> None:
    row(page, "weight 16 × 8").click()
    add(page, looks()[1])
    page.get_by_label("Show", exact=True).select_option("gradient")
    assert page.evaluate("asked.at(-1)") == {"of": "tensor", "name": "model.0.weight.grad"}
    add(page, looks()[4])
    expect(page.locator(".pane-title")).to_have_text("model.0.weight.grad")
    expect(heat(page)).to_be_visible()


def test_after_the_end_both_are_still_there_as_far_as_they_were_seen(page: Page) -> None:
    row(page, "weight 16 × 8").click()
    add(page, looks()[1])
    page.get_by_label("Show", exact=True).select_option("gradient")
    add(page, looks()[4])
    page.evaluate("inspector.show('succeeded')")
    expect(page.locator(".pane-title")).to_have_text("model.0.weight.grad")
    page.get_by_label("Show", exact=True).select_option("values")
    expect(page.locator(".pane-title")).to_have_text("model.0.weight")
    page.get_by_label("Show", exact=True).select_option("gradient")
    add(page, *record()["left"])
    row(page, "bias 16").click()
    expect(page.locator(".pane-title")).to_have_text("model.0.bias")
    expect(heat(page)).to_be_visible()


def test_what_a_module_makes_is_asked_by_a_button_and_shown_for_one_input(page: Page) -> None:
    row(page, "1 ReLU").click()
    assert page.evaluate("asked") == [], "looking would make a step: that is asked for"
    page.get_by_role("button", name="Make a step and see what it makes").click()
    assert page.evaluate("asked") == [{"of": "activations", "name": "model.1"}]
    add(page, looks()[5])
    expect(page.locator(".pane-words").first).to_contain_text("32 × 16")
    page.get_by_label("Input").select_option(label="5")
    heat(page).focus()
    expect(reading(page)).to_contain_text("model.1[5, 0] = ")


def test_what_the_run_answers_instead_is_said(page: Page) -> None:
    add(page, {**looks()[0], "tensors": [*looks()[0]["tensors"], tensor([1], None, name="nothing")]})
    row(page, "nothing").click()
    add(page, looks()[2])
    expect(page.locator(".pane-notice")).to_have_text("There is no tensor named “nothing”.")
    expect(heat(page)).to_be_hidden()


def test_a_question_that_is_not_passed_on_says_why(page: Page) -> None:
    page.evaluate("refusal = 'The run was asked for a lot just now.'")
    row(page, "weight 16 × 8").click()
    expect(page.get_by_role("alert")).to_have_text("The run was asked for a lot just now.")
    page.evaluate("refusal = null")
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_role("alert")).to_be_hidden()


def test_what_a_run_left_is_seen_without_asking(stage: Open) -> None:
    page = stage(SCRIPT, BODY)
    expect(page.get_by_text("Pause the run while it trains")).to_be_visible()
    add(page, *record()["left"])
    page.evaluate("inspector.show('succeeded')")
    expect(page.get_by_text("This is what it left.")).to_be_visible()
    row(page, "weight 16 × 8").click()
    expect(heat(page)).to_be_visible()
    row(page, "0 Linear").click()
    expect(page.locator(".pane-notice")).to_have_text("What it makes of an input can be seen while a run goes on.")
    assert page.evaluate("asked") == []


def test_a_run_that_left_nothing_says_so(stage: Open) -> None:
    page = stage(SCRIPT, BODY)
    page.evaluate("inspector.show('failed')")
    expect(page.get_by_text("The run has ended, and left nothing to look at.")).to_be_visible()
    expect(page.get_by_role("button", name="Look")).to_be_hidden()


def test_a_pause_asks_for_the_modules_and_one_long_past_does_not(stage: Open) -> None:
    page = stage(SCRIPT, BODY)
    page.clock.install()
    page.evaluate("inspector.show('paused'); inspector.show('running'); inspector.show('succeeded')")
    page.clock.run_for(1000)
    assert page.evaluate("asked") == []
    page.evaluate("inspector.clear(); inspector.show('paused')")
    page.clock.run_for(1000)
    assert page.evaluate("asked") == [{"of": "modules", "name": ""}]
    page.clock.run_for(15_000)
    expect(page.get_by_role("alert")).to_contain_text("The run has not answered.")


def test_who_may_only_watch_is_asked_nothing_and_sees_what_is_seen(stage: Open) -> None:
    page = stage(WATCHER, BODY)
    page.evaluate("inspector.show('paused')")
    expect(page.get_by_text("Whoever started the run can look inside it")).to_be_visible()
    expect(page.get_by_role("button", name="Look")).to_be_hidden()
    add(page, looks()[0], looks()[1])
    row(page, "weight 16 × 8").click()
    expect(heat(page)).to_be_visible()


def test_numbers_that_are_none_are_marked_and_said(page: Page) -> None:
    show(page, answer(tensor([3], [1, "NaN", "-Infinity"])))
    expect(page.locator(".heat-legend")).to_contain_text("✕ is not a number, or infinite")
    heat(page).focus()
    page.keyboard.press("End")
    expect(reading(page)).to_have_text("t[2] = −Infinity")
    add(page, answer(tensor([3], [1, 2, "-Infinity"]), step=2))
    expect(page.locator(".pane-change")).to_contain_text("1 of 3 values has changed, most of all t[1]: NaN → 2.")


def test_a_thinned_tensor_says_so_and_counts_true_indices(page: Page) -> None:
    told = tensor([8, 4], list(range(4)), thinned=[4, 2], histogram={"edges": [0, 1, 2], "counts": [16, 16]})
    show(page, answer(told))
    expect(page.locator(".pane-words").first).to_contain_text("every 4th × 2nd value shown")
    heat(page).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(reading(page)).to_have_text("t[4, 2] = 3")
    expect(page.get_by_role("img", name="Histogram: 32 values")).to_be_visible()


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (tensor([0, 3], None), "It holds no values"),
        (tensor([2], None, dtype="complex64"), "Complex numbers cannot be drawn here"),
        (tensor([2, 2], [1, 2, 3]), "Its values were not told."),
        (tensor([2, 2], [1, 2, 3, 4], thinned=[1]), "Its values were not told."),
    ],
    ids=["empty", "complex", "made up", "made up steps"],
)
def test_what_cannot_be_drawn_is_said(page: Page, told: dict[str, Any], words: str) -> None:
    show(page, answer(told))
    expect(page.locator(".pane-notice")).to_contain_text(words)
    expect(heat(page)).to_be_hidden()


def test_a_deep_tensor_is_cut_where_it_is_asked(page: Page) -> None:
    show(page, answer(tensor([2, 3, 2, 2], list(range(24)))))
    page.get_by_label("Dimension 0").select_option(label="1")
    page.get_by_label("Channel").select_option(label="2")
    heat(page).focus()
    expect(reading(page)).to_have_text("t[1, 2, 0, 0] = 20")


def test_a_long_vector_is_broken_into_rows(page: Page) -> None:
    show(page, answer(tensor([100], list(range(100)))))
    heat(page).focus()
    page.keyboard.press("ArrowDown")
    columns = page.evaluate("tensors.cut(inspector.memory.find('tensor', 't').now.tensors[0], []).columns")
    assert columns < 40
    expect(reading(page)).to_have_text(f"t[{columns}] = {columns}")


def test_histograms_of_the_code_s_own_are_shown_by_name_and_step(page: Page) -> None:
    for step in (1, 2):
        page.evaluate(
            "h => inspector.histogram(h)", {"name": "w", "step": step, "edges": [-1, 0, 1], "counts": [step, 2]}
        )
    expect(page.get_by_role("img", name="w at step 2: 4 values")).to_be_visible()
    page.get_by_label("Step", exact=True).select_option(label="1")
    expect(page.get_by_role("img", name="w at step 1: 3 values")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1000])
def test_the_inspector_is_accessible(stage: Open, scheme: str, width: int) -> None:
    page = stage(SCRIPT, BODY, viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.evaluate("inspector.show('paused')")
    add(page, looks()[0])
    row(page, "weight 16 × 8").click()
    add(page, looks()[1], looks()[3])
    page.get_by_text("As a table").click()
    page.evaluate(Axe().axe_script)
    found = page.evaluate("axe.run('#inspector')")["violations"]
    assert [(each["id"], [n["html"] for n in each["nodes"]][:2]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
