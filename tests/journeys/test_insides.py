"""The graph that a run's code built, and a look inside the run: in the whole product, on a real training."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, StorageState, expect

from tests.journeys.visits import ADDRESS, Visit, run, status, write

pytestmark = pytest.mark.journey

CODE = """import time
import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(16, 4)
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for step in range(400):
    loss = ((model(x) - 1) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    time.sleep(0.02)
"""


@pytest.fixture
def page(visit: Callable[..., Visit], sessions: Callable[[str], StorageState]) -> Page:
    """A training that is paused."""
    page = visit(storage_state=sessions("student")).page
    page.goto(ADDRESS)
    run(page, CODE)
    expect(status(page)).to_have_text(re.compile(r"^step \d+/400"))
    press(page, "Pause")
    expect(status(page)).to_have_text(re.compile(r"^Paused"))
    return page


def press(page: Page, name: str) -> None:
    page.locator("kindling-lab").get_by_role("button", name=name, exact=True).click()


def stop(page: Page) -> None:
    press(page, "Stop")
    expect(status(page)).to_have_text(re.compile("^Stopped by you"))


def test_the_graph_of_a_run_lights_the_line_that_made_a_node(page: Page) -> None:
    page.get_by_role("tab", name="Graph").click()
    node = page.locator(".graph-node", has_text="loss: mean")
    assert "line 9" in (node.get_attribute("aria-label") or "")
    node.hover()
    expect(page.locator(".graph-caption")).to_contain_text("line 9")
    assert page.evaluate("document.querySelector('kindling-lab').editor.lit") == [9]
    page.locator(".graph-caption").hover()
    write(page, f"# another line\n{CODE}")
    node.hover()
    assert page.evaluate("document.querySelector('kindling-lab').editor.lit") == [], "lines are others by now"
    write(page, CODE)
    page.evaluate("document.querySelector('kindling-lab').editor.onLine(9)")
    expect(page.locator(".graph-node[data-lit]", has_text="power")).to_have_count(1)
    stop(page)


def test_a_paused_run_is_looked_into_and_a_step_says_what_it_changed(page: Page) -> None:
    page.get_by_role("tab", name="Inspect").click()
    page.get_by_role("treeitem", name="weight 8 × 4").click()
    expect(page.get_by_role("application", name=re.compile("^model.0.weight"))).to_be_visible()
    press(page, "Step")
    expect(page.locator(".pane-change")).to_contain_text(re.compile(r"Since step \d+, .* values have changed"))
    page.get_by_label("Show", exact=True).select_option("gradient")
    expect(page.get_by_role("application", name=re.compile("^model.0.weight.grad"))).to_be_visible()
    page.get_by_role("treeitem", name="1 ReLU").click()
    page.get_by_role("button", name="Make a step and see what it makes").click()
    expect(page.get_by_role("application", name=re.compile(r"^model.1: 16 × 8"))).to_be_visible()
    expect(status(page)).to_have_text(re.compile(r"^Paused"))
    stop(page)
