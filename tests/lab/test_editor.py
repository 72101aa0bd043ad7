"""The editor by itself: CodeMirror over a textarea, under the site's own policy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

CODE = "import torch\n\nfor epoch in range(3):\n    loss = step()\n    print(loss)\n"
BODY = f"""<form class="lab"><label class="visually-hidden" for="code">Code</label>
<textarea class="lab-code" id="code" name="code" aria-describedby="hint">
{CODE}</textarea><p id="hint">Tab indents.</p><button type="button">Run</button></form>"""
SCRIPT = """
import { enhance } from "./lab/editor/editor.js";
import { Blame } from "./lab/editor/blame.js";
window.heard = { runs: 0, changes: 0, lines: [] };
window.editor = enhance(document.querySelector("textarea"), {
  onRun: () => (heard.runs += 1), onChange: () => (heard.changes += 1), onLine: (line) => heard.lines.push(line) });
window.Blame = Blame;
"""
Open = Callable[..., Page]


@pytest.fixture
def page(stage: Open) -> Page:
    page = stage(SCRIPT, BODY)
    page.evaluate("editor.load()")
    return page


def code(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Code", exact=True)


def value(page: Page) -> str:
    return str(page.evaluate("editor.value"))


def put_cursor(page: Page, at: int) -> None:
    page.evaluate("at => (editor.focus(), editor.code.view.dispatch({selection: {anchor: at}}))", at)


def test_the_code_is_shown_in_colours_and_stays_in_the_form(page: Page) -> None:
    expect(code(page)).to_have_count(1)
    expect(code(page).locator(".tok-keyword").first).to_have_text("import")
    colour = "element => getComputedStyle(element).color"
    keyword = code(page).locator(".tok-keyword").first.evaluate(colour)
    assert keyword != code(page).evaluate(colour)
    put_cursor(page, 0)
    page.keyboard.type("# mine\n")
    assert page.evaluate("new FormData(document.querySelector('form')).get('code')").startswith("# mine")
    assert value(page) == f"# mine\n{CODE}"


def test_it_comes_by_itself_when_it_is_in_view(stage: Open) -> None:
    page = stage(SCRIPT, BODY)
    expect(page.locator(".cm-content")).to_be_visible()
    expect(page.locator("textarea")).to_be_hidden()


def test_what_was_typed_before_it_came_is_kept_with_cursor_and_focus(stage: Open) -> None:
    page = stage(SCRIPT, "<br>" * 300 + BODY)  # out of view nobody has asked for it yet
    page.evaluate(
        """() => {
          const area = document.querySelector("textarea");
          area.focus({ preventScroll: true });
          area.setSelectionRange(6, 6);
          document.execCommand("insertText", false, "!"); // before what the focus asked for can have come
          return editor.load();
        }"""
    )
    page.keyboard.type("?")
    assert value(page).startswith("import!? torch")


def test_it_works_as_a_textarea_where_it_cannot_be_loaded(stage: Open) -> None:
    page = stage(SCRIPT, f"<div hidden>{BODY}</div>")
    page.route(
        "**/code-*.js",
        lambda route: route.fulfill(status=200, content_type="text/javascript", body="throw new Error()"),
    )
    page.evaluate("document.querySelector('div').hidden = false")
    area = page.locator("textarea")
    area.focus()
    area.evaluate("area => area.setSelectionRange(area.value.length, area.value.length)")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+Enter")
    assert value(page) == f"{CODE}    "
    assert page.evaluate("heard.runs") == 1


def test_tab_indents_and_after_escape_it_leaves(page: Page) -> None:
    put_cursor(page, len(CODE))
    page.keyboard.press("Tab")
    assert value(page) == f"{CODE}    "
    page.keyboard.press("Shift+Tab")
    assert value(page) == CODE
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Run")).to_be_focused()
    assert value(page) == CODE


@pytest.mark.parametrize("loaded", [False, True])
def test_what_cannot_be_written_in_holds_nobody(stage: Open, loaded: bool) -> None:
    page = stage(SCRIPT, BODY.replace("<textarea", "<textarea readonly"))
    if loaded:
        page.evaluate("editor.load()")
    else:
        page.route(
            "**/code-*.js", lambda route: route.fulfill(content_type="text/javascript", body="throw new Error()")
        )
    page.evaluate("editor.focus()")
    page.keyboard.type("x")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Run")).to_be_focused()
    assert value(page) == CODE


def test_enter_keeps_the_indent_and_deepens_it(page: Page) -> None:
    put_cursor(page, CODE.index("3):") + 3)
    page.keyboard.press("Enter")
    page.keyboard.type("pass")
    assert "range(3):\n    pass\n" in value(page)


@pytest.mark.parametrize("keys", ["Control+Enter"])
def test_ctrl_enter_runs_and_writes_nothing(page: Page, keys: str) -> None:
    put_cursor(page, 0)
    page.keyboard.press(keys)
    assert page.evaluate("heard.runs") == 1
    assert value(page) == CODE


def test_a_failed_line_is_marked_with_the_message_until_it_is_changed(page: Page) -> None:
    page.evaluate("editor.mark({line: 4, message: \"NameError: name 'step' is not defined\", source: 'loss = step()'})")
    expect(code(page).locator(".cm-problem")).to_have_text("    loss = step()")
    expect(code(page).locator(".cm-message")).to_have_text("NameError: name 'step' is not defined")
    expect(page.locator(".cm-problem-number")).to_have_text("4")
    put_cursor(page, 0)
    page.keyboard.type("# a line above\n")
    expect(code(page).locator(".cm-problem")).to_have_text("    loss = step()")
    put_cursor(page, value(page).index("step()"))
    page.keyboard.type("first_")
    expect(code(page).locator(".cm-message")).to_have_count(0)


def test_a_mark_comes_into_view_and_leaves_the_page_where_it_is(stage: Open) -> None:
    page = stage(SCRIPT, f'<div class="tall">{BODY}</div>')
    page.evaluate("document.querySelector('.tall').style.marginTop = '4000px'")
    page.evaluate("editor.load().then(() => (editor.value = 'x = 1\\n'.repeat(200)))")
    page.evaluate("editor.mark({line: 150, message: 'NameError'})")
    page.evaluate("start => editor.compare(start)", "x = 1\n" * 150 + "y = 2\n")
    assert page.evaluate("scrollY") == 0
    page.evaluate("document.querySelector('.code-editor').scrollIntoView()")
    expect(code(page).locator(".cm-message")).to_have_text("NameError")
    expect(code(page).locator(".cm-message")).to_be_in_viewport()


def test_a_line_that_reads_otherwise_now_is_not_blamed(page: Page) -> None:
    page.evaluate("editor.mark({line: 4, message: 'NameError', source: 'loss = other()'})")
    page.evaluate("editor.mark({line: 400, message: 'NameError'})")
    expect(code(page).locator(".cm-problem")).to_have_count(0)


def test_lines_light_up_and_go_out(page: Page) -> None:
    page.evaluate("editor.light([5, 4, 99])")
    expect(code(page).locator(".cm-lit")).to_have_text(["    loss = step()", "    print(loss)"])
    page.evaluate("editor.light([])")
    expect(code(page).locator(".cm-lit")).to_have_count(0)


def test_it_tells_the_line_under_pointer_or_cursor(page: Page) -> None:
    put_cursor(page, CODE.index("for"))
    assert page.evaluate("heard.lines.at(-1)") == 3
    code(page).locator(".cm-line").nth(4).hover()
    assert page.evaluate("heard.lines.at(-1)") == 5
    page.mouse.move(0, 0)
    assert page.evaluate("heard.lines.at(-1)") == 3
    page.get_by_role("button", name="Run").focus()
    page.wait_for_function("() => heard.lines.at(-1) === null")


def test_a_replacement_can_be_undone_and_another_text_cannot(page: Page) -> None:
    page.evaluate("editor.replace('new = 1\\n')")
    assert value(page) == "new = 1\n"
    page.evaluate("editor.focus()")
    page.keyboard.press("Control+z")
    assert value(page) == CODE
    page.evaluate("editor.value = 'other = 2\\n'")
    page.keyboard.press("Control+z")
    assert value(page) == "other = 2\n"


def test_what_differs_from_the_start_is_told_by_signs_and_can_be_taken_back(page: Page) -> None:
    put_cursor(page, CODE.index("3)"))
    page.keyboard.type("2")
    assert page.evaluate("start => editor.compare(start)", CODE) == 1
    expect(code(page).locator("del")).to_have_text("for epoch in range(3):")
    expect(code(page).locator(".cm-changedLine")).to_have_text("for epoch in range(23):")
    sign = "element => getComputedStyle(element, '::before').content"
    assert page.locator(".cm-changedLineGutter").first.evaluate(sign) == '"+"'
    page.get_by_role("button", name="Take this change back").click()
    assert value(page) == CODE
    assert page.evaluate("editor.compare(null)") == 0
    expect(code(page).locator("del")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_shut_out(stage: Open, scheme: str) -> None:
    page = stage(SCRIPT, BODY, color_scheme=scheme)
    page.evaluate("editor.load()")
    page.evaluate("editor.mark({line: 4, message: 'NameError: no'})")
    page.evaluate("start => editor.compare(start)", f"# gone\n{CODE}")
    broken = Axe().run(page).response["violations"]
    assert [node["failureSummary"] for rule in broken for node in rule["nodes"]] == []


TRACEBACK = """warming up
Traceback (most recent call last):
  File "listing.py", line 9, in <module>
    train(model)
  File "listing.py", line 5, in train
    loss = model(x)
           ^^^^^^^^
  File "/opt/packages/torch/nn/modules/linear.py", line 125, in forward
    return F.linear(input, self.weight, self.bias)
RuntimeError: mat1 and mat2 shapes cannot be multiplied
"""
SYNTAX = '  File "listing.py", line 2\n    for i in\n            ^\nSyntaxError: invalid syntax\n'
CHAINED = (
    'Traceback (most recent call last):\n  File "listing.py", line 3, in <module>\n    {}["a"]\nKeyError: \'a\'\n\n'
    "During handling of the above exception, another exception occurred:\n\n"
    'Traceback (most recent call last):\n  File "listing.py", line 7, in <module>\n    raise ValueError("no")\nValueError: no\n'
)
GROUP = '  + Exception Group Traceback (most recent call last):\n  |   File "listing.py", line 6, in <module>\n  |     raise group\n  | ExceptionGroup: many (1 sub-exception)\n  +-+---------------- 1 ----------------\n    | ValueError: a\n    +------------------------------------\n'


@pytest.mark.parametrize(
    ("written", "state", "message", "found"),
    [
        (TRACEBACK, "failed", "RuntimeError: mat1 and mat2 shapes cannot be multiplied", (5, "loss = model(x)")),
        (SYNTAX, "failed", "SyntaxError: invalid syntax", (2, "for i in")),
        (CHAINED, "failed", "ValueError: no", (7, 'raise ValueError("no")')),
        (GROUP, "failed", "ExceptionGroup: many (1 sub-exception)", (6, "raise group")),
        (TRACEBACK, "out_of_memory", "Your code needed more than 1 GiB.", (5, "loss = model(x)")),
        (TRACEBACK, "failed", "The code ended with exit code 3.", None),  # printed by the code, which ended otherwise
        (TRACEBACK, "stopped", "You stopped this run.", None),
        ("oh no\n", "failed", "oh no", None),
    ],
)
def test_the_line_at_fault_is_read_from_what_python_wrote(
    stage: Open, written: str, state: str, message: str, found: tuple[int, str] | None
) -> None:
    page = stage(SCRIPT, BODY)
    pieces = [written[:40], written[40:]]
    told: Any = page.evaluate(
        """([pieces, state, message]) => {
          const blame = new Blame();
          for (const text of pieces) if (blame.hear("stderr", { text }) !== null) throw new Error("too early");
          return blame.hear("state", { state, message });
        }""",
        [pieces, state, message],
    )
    expected = found and {"line": found[0], "message": message, "source": found[1]}
    assert told == expected
