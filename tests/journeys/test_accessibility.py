"""Every kind of page, wide and light, narrow and dark: no violation of WCAG 2.2 AA nor of axe's best practice."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import cycle
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, StorageState, expect

from tests.journeys.visits import ADDRESS, EDITING, Visit, run, status, take_time

pytestmark = pytest.mark.journey

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = (1440, 320)
LAB_WIDTHS = (1440, 768, 320)
VISITORS_PAGES = [
    "/",
    "/lab/",
    "/search/",
    "/search/?q=gradiant",
    "/status/",
    "/api/v1/docs",
    "/courses/pytorch-essentials/",
    ADDRESS,
    "/courses/pytorch-essentials/glossary/",
    "/accounts/login/",
    "/accounts/signup/",
    "/mailbox/",
]
LOOK = "([within, rules]) => axe.run(within, {runOnly: rules, resultTypes: ['violations']})"
CODE = "import torch\nw = torch.ones(1, requires_grad=True)\nfor step in range(20):\n    w.square().sum().backward()\nprint(w)\n"


def test_visitors_pages(visit: Callable[..., Visit]) -> None:
    page = visit(reduced_motion="no-preference").page
    assert [fault for address in VISITORS_PAGES for fault in look_at(page, address)] == []


def test_a_student_s_pages(visit: Callable[..., Visit], sessions: Callable[[str], StorageState]) -> None:
    page = visit(storage_state=sessions("student"), reduced_motion="no-preference").page
    addresses = [run_something(page), "/runs/", open_thread(page), f"{ADDRESS}discussion/", "/accounts/profile/"]
    addresses += [f"{addresses[0]}?plain", "/accounts/tokens/", "/accounts/tokens/new/", "/notes/", f"{ADDRESS}notes/"]
    addresses += ["/notices/", "/notices/wishes/"]
    assert [fault for address in [ADDRESS, *addresses] for fault in look_at(page, address)] == []


def test_an_editor_s_pages(visit: Callable[..., Visit], sessions: Callable[[str], StorageState]) -> None:
    page = visit(storage_state=sessions("editor"), reduced_motion="no-preference").page
    addresses = ["/editing/", EDITING, f"{EDITING}revisions/", f"{EDITING}revisions/1/"]
    addresses.append(f"/editing/courses/{ADDRESS.split('/')[2]}/")
    assert [fault for address in addresses for fault in look_at(page, address)] == []


def test_the_lab_with_a_paused_run(visit: Callable[..., Visit], sessions: Callable[[str], StorageState]) -> None:
    """Its panels one after the other, beside the lesson, stacked, and over the whole screen."""
    page = visit(storage_state=sessions("student")).page
    page.goto(ADDRESS)
    page.evaluate(Axe().axe_script)
    run(page, CODE.replace("range(20):", "range(9999):"))
    expect(status(page)).to_contain_text("step")
    page.get_by_role("button", name="Pause").click()
    expect(status(page)).to_contain_text("Paused")
    faults = []
    for panel, part in {"Output": ".chart-key", "Graph": ".graph-node", "Inspect": "[role=treeitem]"}.items():
        page.get_by_role("tab", name=panel, exact=True).click()
        expect(page.locator(part).first).to_be_visible()
        faults += [f"{panel} {fault}" for fault in list_faults(page, LAB_WIDTHS, "kindling-lab")]
    page.get_by_role("button", name="Full screen").click()
    faults += list_faults(page, LAB_WIDTHS, "kindling-lab")
    page.locator("kindling-lab").get_by_role("button", name="Stop", exact=True).click()
    expect(status(page)).to_contain_text("Stopped")
    assert faults == []


def look_at(page: Page, address: str) -> list[str]:
    """What is wrong with a page, on a wide screen and on the smallest phone."""
    page.goto(address)
    page.wait_for_function(
        "() => !document.querySelector('kindling-lab:not(:defined)')"
    )  # the lab is fetched after the page
    page.evaluate(Axe().axe_script)
    return [f"{address} {fault}" for fault in list_faults(page, WIDTHS)]


def list_faults(page: Page, widths: tuple[int, ...], within: str = "html") -> list[str]:
    """What is wrong with what is shown now, and whether the page scrolls sideways; axe must be on the page.

    The themes take turns with the widths: a theme changes colours and nothing else, and all pairs of colours are
    measured in both (tests/front/test_contrast.py).
    """
    faults = []
    for theme, width in zip(cycle(THEMES), widths, strict=False):
        page.emulate_media(color_scheme=theme)
        page.evaluate("Promise.all(document.getAnimations().map((each) => each.finished))")
        page.set_viewport_size({"width": width, "height": 900})
        page.locator(within).evaluate("part => part.scrollIntoView()")  # out of the way of what floats
        faults += [f"{theme} {width}: {fault}" for fault in list_violations(page, within)]
        surplus = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        faults += [f"{width}: {surplus} px too wide"] if surplus else []
    return faults


def list_violations(page: Page, within: str) -> list[str]:
    found = page.evaluate(LOOK, [within, RULES])["violations"]
    return [
        f"{each['id']}: {each['help']}: {node['html'][:200]}"
        for each in found
        for node in each["nodes"]
        if not is_mistaken(each["id"], node["html"])
    ]


def is_mistaken(rule: str, html: str) -> bool:
    """axe takes all that stands in a disabled fieldset for unreachable; a preview's listings can be focused there."""
    return rule == "scrollable-region-focusable" and ' tabindex="0"' in html.partition(">")[0]


def run_something(page: Page) -> str:
    """The address of a finished run with a chart."""
    page.goto(ADDRESS)
    run(page, CODE)
    expect(status(page)).to_contain_text("Finished")
    return page.get_by_role("link", name="Page of this run").get_attribute("href") or ""


def open_thread(page: Page) -> str:
    """The address of a thread with a post that uses what Markdown offers."""
    page.goto(f"{ADDRESS}discussion/")
    page.get_by_text("Ask a question or start a talk").click()
    page.get_by_label("Title").fill("A thread to look at")
    page.get_by_label("Your text").fill(
        "> a quote\n\n```python\nprint('code')\n```\n\n- **bold**, [a link](https://pytorch.org)"
    )
    take_time(page)
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page).to_have_url(re.compile("/discussions/"))
    return page.url
