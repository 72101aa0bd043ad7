"""The graph by itself: how it is laid out, folded, read and walked along, with graphs that real runs told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.lab.recordings import PERCEPTRON, record

SCRIPT = """
import { Graph } from "./lab/graph/graph.js";
import { findFolds, unfold } from "./lab/graph/folds.js";
import { addPoints, assignLayers, countCrossings, orderLayers } from "./lab/graph/layers.js";
import { lay, spread } from "./lab/graph/layout.js";
import { join } from "./lab/graph/model.js";
window.told = [];
window.pure = { findFolds, unfold, addPoints, assignLayers, countCrossings, orderLayers, lay, spread, join };
window.graph = new Graph(document.querySelector("#graph"), { onNode: (line, lines) => told.push([line, lines]) });
"""
BODY = '<section id="graph" aria-label="Graph"></section>'


@pytest.fixture
def page(stage: Callable[..., Page]) -> Page:
    return stage(SCRIPT, BODY, viewport={"width": 700, "height": 900})


def add(page: Page, *events: dict[str, Any]) -> None:
    page.evaluate("events => events.forEach((event) => graph.add(event))", list(events))


def node(page: Page, name: str) -> Locator:
    return page.locator(f".graph-node[aria-label^='{name}']").first


def titles(page: Page) -> list[str]:
    return page.locator(".graph-title").all_text_contents()


def part(nodes: list[tuple[int, str]], edges: list[list[int]], **fields: Any) -> dict[str, Any]:
    told = [{"id": id_, "op": op, "line": None, "label": "", "shape": None} for id_, op in nodes]
    return {"part": 1, "parts": 1, "nodes": told, "edges": edges, "left_out": 0} | fields


def test_every_operation_and_parameter_has_its_words(page: Page) -> None:
    add(page, *record()["perceptron"])
    assert titles(page)[-1] == "loss: mean"
    assert {"model.0.weight", "model.2.bias", "matrix multiply, add", "ReLU", "subtract", "power"} <= set(titles(page))
    assert node(page, "ReLU").get_attribute("aria-label") == "ReLU, makes 32 × 16, line 10"
    assert node(page, "model.0.weight").get_attribute("aria-label") == "model.0.weight, parameter, 16 × 8, line 10"
    expect(page.locator(".graph-summary")).to_have_text("8 operations and 4 parameters made the first loss.")


def test_before_the_first_loss_the_panel_says_what_will_be_there(page: Page) -> None:
    expect(page.get_by_text("The graph appears here with the first loss.backward()")).to_be_visible()
    add(page, *record()["perceptron"])
    expect(page.locator(".graph-empty")).to_be_hidden()
    page.evaluate("graph.clear()")
    expect(page.locator(".graph-empty")).to_be_visible()
    expect(page.locator(".graph-node")).to_have_count(0)


def test_values_flow_to_the_loss_and_no_two_nodes_touch(page: Page) -> None:
    for name in ("perceptron", "residual", "rnn"):
        add(page, *record()[name])
        page.evaluate("graph.zoom(1)")
        boxes = [box for each in page.locator(".graph-node").all() if (box := each.bounding_box())]
        sides = [(box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]) for box in boxes]
        for at, one in enumerate(sides):
            for other in sides[at + 1 :]:
                assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        places = page.evaluate("graph.layout.places.map((place) => place[graph.layout.across ? 0 : 1])")
        assert all(places[start] < places[end] for start, end in page.evaluate("graph.edges"))


def test_the_same_graph_is_always_drawn_the_same(page: Page) -> None:
    drawings = []
    for _ in range(2):
        add(page, *record()["rnn"])
        drawings.append(page.locator(".graph-drawing").inner_html())
    assert drawings[0] == drawings[1]


def test_a_wide_graph_in_a_wide_panel_runs_to_the_right(stage: Callable[..., Page]) -> None:
    page = stage(SCRIPT, BODY, viewport={"width": 1400, "height": 900})
    add(page, part([(n, "ExpBackward0") for n in range(9)], [[n, n + 1] for n in range(8)]))
    assert page.evaluate("graph.layout.across")
    page.set_viewport_size({"width": 400, "height": 900})
    page.wait_for_function("() => !graph.layout.across")


def test_repeated_blocks_are_folded_and_open_one_by_one(page: Page) -> None:
    add(page, *record()["residual"])
    assert "blocks × 12" in titles(page)
    node(page, "blocks, 12 times the same, 4 operations each").click()
    assert [f"blocks.{n}" for n in range(12)] == [title for title in titles(page) if title.startswith("blocks.")]
    node(page, "blocks.3").focus()
    page.keyboard.press("Enter")
    assert {"blocks.3.conv.weight", "blocks.3.norm.bias", "convolution", "batch norm", "add"} <= set(titles(page))
    assert page.evaluate("document.activeElement.classList.contains('graph-node')"), "the focus stays in the graph"
    page.get_by_role("button", name="Fold again").click()
    assert "blocks × 12" in titles(page)
    expect(page.get_by_role("button", name="Fold again")).to_be_hidden()


def test_a_long_chain_is_one_block_and_what_is_missing_is_said(page: Page) -> None:
    add(page, *record()["chain"])
    assert len(titles(page)) < 5
    assert any("× 1,99" in title for title in titles(page))
    expect(page.locator(".graph-summary")).to_contain_text("502 more nodes, farthest from the loss, are not drawn.")
    page.locator(".graph-node--fold").first.click()
    assert len(titles(page)) < 60, "thousands of blocks open in groups"


def test_a_block_is_one_module_and_the_first_that_differs_a_little_is_folded_too(page: Page) -> None:
    add(page, *record()["transformer"])
    assert [title for title in titles(page) if "layers" in title] == ["encoder.layers.0", "encoder.layers × 4"]


def test_weights_that_are_used_again_and_again_are_drawn_once(page: Page) -> None:
    add(page, *record()["rnn"])
    assert titles(page).count("cell.weight_hh") == 1
    assert any("× 19" in title for title in titles(page))


def test_pointing_and_focusing_tell_the_line_and_lines_light_nodes(page: Page) -> None:
    add(page, *record()["perceptron"])
    line = PERCEPTRON.splitlines().index("    loss = ((prediction - y) ** 2).mean()") + 1
    node(page, "power").hover()
    assert page.evaluate("told.at(-1)") == [line, [line]]
    expect(page.locator(".graph-caption")).to_have_text(f"power, makes 32 × 1 · line {line}")
    page.mouse.move(0, 899)
    assert page.evaluate("told.at(-1)") == [None, []]
    node(page, "subtract").focus()
    assert page.evaluate("told.at(-1)") == [line, [line]]
    page.evaluate("line => graph.light([line])", line)
    expect(page.locator(".graph-node[data-lit]")).to_have_count(3)
    page.evaluate("graph.light([])")
    expect(page.locator(".graph-node[data-lit]")).to_have_count(0)


def test_arrow_keys_lead_along_the_edges(page: Page) -> None:
    add(page, *record()["perceptron"])
    node(page, "The loss").focus()
    heard = []
    for key in ("ArrowUp", "ArrowUp", "ArrowUp", "ArrowLeft", "ArrowDown", "End", "Home"):
        page.keyboard.press(key)
        heard.append(page.evaluate("document.activeElement.querySelector('.graph-title').textContent"))
    assert heard[:3] == ["power", "subtract", "matrix multiply, add"]
    assert heard[5] == "loss: mean"
    expect(page.locator(".graph-node[tabindex='0']")).to_have_count(1)


def test_the_list_says_the_same_in_words(page: Page) -> None:
    add(page, *record()["perceptron"])
    page.get_by_text("As a list").click()
    items = page.locator(".graph-list li")
    expect(items).to_have_count(12)
    expect(items.last).to_contain_text("The loss: mean, one number, line 11; from 11. power")


def test_the_drawing_grows_and_shrinks_and_fits(page: Page) -> None:
    add(page, *record()["perceptron"])
    svg = page.locator(".graph-drawing")
    width = int(svg.get_attribute("width") or 0)
    page.get_by_role("button", name="Larger").click()
    assert int(svg.get_attribute("width") or 0) > width
    page.get_by_role("button", name="Smaller").click()
    page.get_by_role("button", name="Smaller").click()
    assert int(svg.get_attribute("width") or 0) < width
    page.get_by_role("button", name="Fit").click()
    assert int(svg.get_attribute("width") or 0) == width


def test_parts_are_drawn_when_all_are_there(page: Page) -> None:
    parts = record()["chain"]
    add(page, *parts[:-1])
    expect(page.locator(".graph-node")).to_have_count(0)
    add(page, parts[-1])
    expect(page.locator(".graph-node")).not_to_have_count(0)


@pytest.mark.parametrize(
    "event",
    [
        part([(0, "A"), (1, "B"), (2, "C")], [[0, 1], [1, 2], [2, 0], [1, 1], [0, 9]]),
        part([(0, "<img src=x>")], []),
        part([(5, "A" * 100), (7, "Backward0")], [[5, 7], [5, 7]]),
        part([], []),
    ],
    ids=["circles", "markup", "long", "empty"],
)
def test_a_graph_that_a_run_made_up_does_no_harm(page: Page, event: dict[str, Any]) -> None:
    add(page, event)
    assert len(titles(page)) == len(event["nodes"])


def test_layers_follow_the_longest_way(page: Page) -> None:
    assert page.evaluate("pure.assignLayers(4, [[0, 1], [1, 3], [0, 3], [2, 3]])") == [0, 1, 1, 2]
    points = page.evaluate("pure.addPoints([0, 1, 2, 2], [[0, 1], [1, 2], [0, 2], [0, 3]])")
    assert len(points["points"]) == 5, "two long edges of one node share their point"
    assert points["chains"][2:] == [[0, 4, 2], [0, 4, 3]]


def test_crossings_are_counted_and_removed(page: Page) -> None:
    crossed = "pure.addPoints([0, 0, 1, 1], [[0, 3], [1, 2]]).points"
    assert page.evaluate(f"pure.countCrossings([[0, 1], [2, 3]], {crossed})") == 1
    assert page.evaluate(f"pure.countCrossings(pure.orderLayers({crossed}), {crossed})") == 0


def test_places_keep_their_order_and_their_room(page: Page) -> None:
    assert page.evaluate("pure.spread([0, 100], [1, 1], [0, 10])") == [0, 100]
    assert page.evaluate("pure.spread([50, 50, 0], [1, 1, 1], [0, 10, 10])") == pytest.approx(
        [70 / 3, 100 / 3, 130 / 3]
    )


def test_a_small_graph_is_not_folded(page: Page) -> None:
    chain = [{"op": "Mul", "label": "", "shape": [1], "sources": [n - 1] if n else []} for n in range(30)]
    assert page.evaluate("nodes => pure.findFolds(nodes)", chain) == []
    more = [*chain, *chain]
    assert page.evaluate("nodes => pure.findFolds(nodes)", more)[0]["times"] >= 29


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_graph_is_accessible(stage: Callable[..., Page], scheme: str) -> None:
    page = stage(SCRIPT, BODY, viewport={"width": 320, "height": 800}, color_scheme=scheme)
    add(page, *record()["residual"])
    page.get_by_text("As a list").click()
    page.evaluate(Axe().axe_script)
    found = page.evaluate("axe.run('#graph')")["violations"]
    assert [(each["id"], [n["html"] for n in each["nodes"]][:2]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
