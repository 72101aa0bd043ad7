"""The console by itself: what it makes of what a program prints, and what a reader can do with it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.front.test_contrast import contrast
from tests.lab.stage import read_part

SCRIPT = """
import { Console } from "./lab/console/console.js";
window.log = new Console(document.querySelector("[data-role=console]"));
"""
FRAME = "(done) => requestAnimationFrame(() => requestAnimationFrame(done))"
STILL = """async () => {
  const log = document.querySelector("[role=log]");
  for (let top = NaN; top !== log.scrollTop; ) {
    top = log.scrollTop;
    for (let n = 0; n < 3; n += 1) await new Promise(requestAnimationFrame);
  }
}"""
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@pytest.fixture
def page(stage: Callable[..., Page]) -> Page:
    return stage(SCRIPT, read_part("console.html"), viewport={"width": 800, "height": 600})


def write(page: Page, *pieces: str, kind: str = "stdout") -> None:
    page.evaluate("([kind, pieces]) => pieces.forEach((text) => log.write(kind, text))", [kind, list(pieces)])
    settle(page)


def settle(page: Page) -> None:
    page.wait_for_function("() => log.screen.made && !log.screen.made.queue.length && !log.screen.made.frame")
    page.evaluate(f"new Promise({FRAME})")


def console(page: Page) -> Locator:
    return page.get_by_role("log", name="Console")


def read(page: Page) -> str:
    text: str = page.evaluate("log.screen.made.read()")
    return text


@pytest.mark.parametrize(
    ("pieces", "shown"),
    [
        (["one\ntw", "o\n"], "one\ntwo\n"),
        (["no end"], "no end"),
        (["\n\na\n"], "\n\na\n"),
        (["a\r", "\nb\r\n"], "a\nb\n"),
        (["10 %\r20 %\r", "100 %\n"], "100 %\n"),
        (["longer\rshort\n"], "shortr\n"),
        (["longer\r\x1b[Kshort\n"], "short\n"),
        (["abc\b\bX\n"], "aXc\n"),
        (["\x1b[3", "1mred\x1b[0m plain\n"], "red plain\n"),
        (["\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x07\n"], "link\n"),
        (["\x1b[2J\x1b[1;1Hcleared\x07\n"], "cleared\n"),
        (["<b>&amp;</b><script>alert(1)</script>\n"], "<b>&amp;</b><script>alert(1)</script>\n"),
        (["a\tb\n"], "a\tb\n"),
        (["x" * 10_000 + "\n"], "x" * 10_000 + "\n"),
    ],
)
def test_it_shows_what_a_terminal_would(page: Page, pieces: list[str], shown: str) -> None:
    write(page, *pieces)
    assert read(page) == shown


def test_what_is_printed_never_becomes_part_of_the_page(page: Page) -> None:
    write(page, "<img src=x onerror=alert(1)>\n\x1b[31m<b>bold</b>\n")
    assert console(page).locator("img, b").count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_colour_can_be_read_in_both_themes(page: Page, theme: str) -> None:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    write(page, "".join(f"\x1b[38;5;{n}m{n}\x1b[0m\n\x1b[48;5;{n}m{n}\x1b[0m\n" for n in range(256)))
    write(page, "".join(f"\x1b[{n};{m}mx\x1b[0m" for n in range(30, 38) for m in range(40, 48)))
    seen = page.evaluate(READ_COLOURS)
    assert len(seen) == 512 + 64
    assert [(ink, ground) for ink, ground in seen if contrast(ink, ground) < 4.5] == []


READ_COLOURS = """() => {
  const pen = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  const hex = (colour) => {
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    return "#" + [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3).map((each) => each.toString(16).padStart(2, "0")).join("");
  };
  const paper = getComputedStyle(log.screen.made.element).backgroundColor;
  return [...log.screen.made.element.querySelectorAll("span")].map((span) => {
    const { color, backgroundColor } = getComputedStyle(span);
    return [hex(color), hex(backgroundColor === "rgba(0, 0, 0, 0)" ? paper : backgroundColor)];
  });
}"""


def test_bold_underlined_and_inverse_text_looks_so(page: Page) -> None:
    write(page, "\x1b[1mbold\x1b[22m \x1b[4munder\x1b[24m \x1b[7minverse\x1b[27m rest\n")
    bold, under, inverse = console(page).locator("span").all()
    expect(bold).to_have_css("font-weight", "700")
    expect(under).to_have_css("text-decoration-line", "underline")
    assert inverse.evaluate(
        "(span) => getComputedStyle(span).backgroundColor !== getComputedStyle(log.screen.made.element).backgroundColor"
    )


def test_standard_error_says_what_it_is_in_words(page: Page) -> None:
    write(page, "fine\n")
    write(page, "Traceback\n", kind="stderr")
    block = console(page).locator(".stderr")
    expect(block).to_have_text("Traceback")
    assert "stderr" in block.evaluate("(block) => getComputedStyle(block, '::before').content")


def test_lines_of_both_kinds_stand_in_the_order_they_came_in(page: Page) -> None:
    page.evaluate(
        "log.write('stdout', 'half'); log.write('stderr', 'oops\\n'); log.aside('We say.'); log.write('stdout', 'on\\n')"
    )
    settle(page)
    assert read(page) == "half\noops\nWe say.\non\n"


def test_a_picture_stands_where_it_was_drawn(page: Page) -> None:
    write(page, "before\n")
    page.evaluate("(png) => log.figure({name: 'falling', png, width: 1, height: 1})", PICTURE)
    write(page, "after\n")
    expect(console(page).get_by_role("img", name="falling")).to_have_count(1)
    assert read(page) == "before\n[figure: falling]\nafter\n"


def test_it_follows_the_end_until_the_reader_scrolls_up(page: Page) -> None:
    end = page.get_by_role("button", name="Jump to the end")
    write(page, "".join(f"line {n}\n" for n in range(400)))
    assert distance(page) < 2
    expect(end).to_be_hidden()
    console(page).evaluate("(log) => log.scrollTop = 1000")
    expect(end).to_be_visible()
    write(page, "more\n" * 100)
    assert distance(page) > 1000
    end.click()
    expect(end).to_be_hidden()
    expect(console(page)).to_be_focused()
    assert distance(page) < 2
    write(page, "more\n" * 100)
    assert distance(page) < 2


def distance(page: Page) -> float:
    """Pixels between what is in view and the end, once nothing moves any more."""
    page.evaluate(STILL)
    left: float = console(page).evaluate("(log) => log.scrollHeight - log.scrollTop - log.clientHeight")
    return left


def test_words_are_found_counted_and_walked_through_with_the_keyboard(page: Page) -> None:
    write(page, "".join(f"step {n} \x1b[32mlo\x1b[0mss\n" for n in range(500)))
    console(page).focus()
    page.keyboard.press("Control+f")
    field = page.get_by_role("searchbox", name="Find in the output")
    expect(field).to_be_focused()
    field.fill("LOSS")
    count = page.locator(".console-search output")
    expect(count).to_have_text("1 of 500")
    page.keyboard.press("Enter")
    expect(count).to_have_text("2 of 500")
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    expect(count).to_have_text("500 of 500")
    assert distance(page) < 60, "the match is in view"
    assert page.evaluate("[...CSS.highlights.get('found-here')][0].toString()") == "loss"
    field.fill("(")
    expect(count).to_have_text("Not found")
    page.keyboard.press("Escape")
    expect(console(page)).to_be_focused()
    expect(field).to_be_hidden()


def test_what_comes_while_searching_is_counted_too(page: Page) -> None:
    write(page, "a needle\n")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("searchbox").fill("needle")
    write(page, "another needle\n")
    expect(page.locator(".console-search output")).to_have_text("1 of 2")


def test_all_of_it_is_copied(stage: Callable[..., Page]) -> None:
    page = stage(SCRIPT, read_part("console.html"), permissions=["clipboard-read", "clipboard-write"])
    write(page, "".join(f"line {n}\n" for n in range(5000)))
    page.get_by_role("button", name="Copy all").click()
    expect(page.get_by_role("status")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "".join(f"line {n}\n" for n in range(5000))


@pytest.mark.parametrize(
    "line", ["x = 0.123456789 and some more words to make a line\n", "\n", "\x1b[33mab\x1b[0m\n", "word "]
)
def test_a_mebibyte_stays_whole_and_the_page_light(page: Page, line: str) -> None:
    text = (line * (2**20 // len(line)))[: 2**20]
    page.evaluate(
        "(text) => { for (let at = 0; at < text.length; at += 8192) log.write('stdout', text.slice(at, at + 8192)); }",
        text,
    )
    settle(page)
    assert read(page) == re.sub(r"\x1b\[\d*m?", "", text)
    assert distance(page) < 2
    expect(console(page).locator(".chunk:not(.done)")).to_have_count(1)


def test_it_begins_anew(page: Page) -> None:
    write(page, "\x1b[31mold", "x" * 30_000)
    page.evaluate("log.clear()")
    write(page, "new\n")
    assert read(page) == "new\n"
    assert console(page).locator("span").count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_stands_in_anybody_s_way(page: Page, theme: str) -> None:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    write(page, "".join(f"\x1b[3{n}mcolour {n}\x1b[0m\n" for n in range(8)) * 20)
    write(page, "Traceback\n", kind="stderr")
    page.get_by_role("button", name="Find").click()
    page.evaluate(Axe().axe_script)
    assert (
        page.evaluate(
            "axe.run({resultTypes: ['violations']}).then(({violations}) => violations.map((each) => each.id + each.nodes[0].html))"
        )
        == []
    )
