"""A course is taken along: as pages without a server, and as a book; complete, well-formed, and asking nobody anything."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from urllib.parse import urldefrag
from xml.etree import ElementTree
from zipfile import ZIP_STORED, ZipFile

import pytest
from playwright.sync_api import expect

from apps.courses.models import Chapter, Course, Part, Passage
from apps.courses.offline.books import print_book
from apps.courses.offline.epub import build_epub
from apps.courses.offline.site import build_site
from apps.courses.pictures import keep_picture, read_marker
from tests.chromium import launched

from .test_hostile_texts import PAYLOADS
from .test_importing import course
from .test_pictures import paint
from .texts import FIGURES, build_chapter, list_problems, publish_text, replaced

pytestmark = pytest.mark.django_db
FOREIGN = """
<p>To <a href="../second/#a-topic">the second</a>, <a href="../second/#nowhere">nowhere in it</a>, <a href="../third/">the
third</a>, <a href="/courses/">the site</a>, <a href="#closer">here</a>, <a href="https://pytorch.org">away</a>.</p>
<kindling-slider data-of="x"><label>Rate <input type="range"></label></kindling-slider><math><mi>x</mi></math>
<script>alert(1)</script><button onclick="x">No</button><template>x</template>
"""
SLIDER = """
::: slider steep title="A line"
```plot
x = { says = "x", from = 0, to = 5 }
y = { says = "y", from = 0, to = 10 }

[[vary]]
name = "w"
says = "Steepness"
min = 0
max = 2
step = 0.5
start = 1

[[curve]]
y = "w * x"

[[reading]]
says = "Steepness at its start"
value = "w"
digits = 1
```
It moves.
:::
"""


@pytest.fixture
def small() -> Course:
    """Two chapters with a text, one without; a picture, a term, a formula, and links of every kind."""
    first = build_chapter()
    second = Chapter.objects.get(slug="second")
    Chapter.objects.create(course=first.course, number=100, slug="third", title="The third")
    first.part = Part.objects.create(course=first.course, number=1, title="Steps & more")
    first.save()
    marker = read_marker(keep_picture(paint(), rewrite=False))
    assert marker
    publish_text(
        second, replaced(("title: A small chapter", "title: Tom & “Jerry” <b>"), ("::: next second", "::: next third"))
    )
    revision = publish_text(first, figures={**FIGURES, "photo.png": str(marker)})
    picture = f'<figure class="figure"><img src="/pictures/{marker.digest}.png" alt="A photo" loading="lazy"></figure>'
    html = revision.html.replace("Words with", f"{picture}{FOREIGN}Words with")
    terms = {"sum": {"title": "Sum", "also": [], "html": '<p>See <a href="#closer">closer</a>.</p>', "text": "See"}}
    revision.pk, revision.number, revision.html, revision.terms = (
        None,
        2,
        html,
        terms,
    )  # as a later dialect may write it
    revision.save(force_insert=True)
    Chapter.objects.filter(pk=first.pk).update(live=revision)
    return first.course


class Names(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids, self.links = list[str](), list[str]()
        self.tags, self.attributes = set[str](), set[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.links += [value for name, value in attrs if name in ("href", "src") and value]


def check_links(pages: dict[str, str], files: set[str]) -> None:
    """Every link stays in the folder and finds its file and its place there, or leads out into the web."""
    names = {name: Names(page) for name, page in pages.items()}
    for name, found in names.items():
        assert len(found.ids) == len(set(found.ids)), name
        for link in found.links:
            path, key = urldefrag(link)
            if link == "https://pytorch.org":
                continue
            assert not re.match(r"[a-z]+:|/|\.\.", link), (name, link)
            assert not path or path in files, (name, link)
            assert not key or key in names[path or name].ids, (name, link)


def test_a_site_is_whole_and_leads_nowhere_else(small: Course) -> None:
    files = build_site(small)
    pages = {name: content.decode() for name, content in files.items() if name.endswith(".html")}
    assert list(pages) == ["01-first.html", "99-second.html", "glossary.html", "index.html"]
    check_links(pages, set(files))
    first = pages["01-first.html"]
    for expected in (
        '<a href="99-second.html#a-topic">the second</a>, <a href="99-second.html">nowhere in it</a>, the\nthird, the site, <a href="#closer">here</a>',
        '<a class="next-chapter" href="99-second.html">Tom &amp; “Jerry” &lt;b&gt;</a>',
        'viewBox="0 0 10 10"',
        "Tom &amp; “Jerry” &lt;b&gt;",
    ):
        assert expected in first
    assert "alert(1)" not in first
    assert not {"template", "kindling-slider"} & Names(first).tags
    assert "Steps &amp; more" in pages["index.html"]
    assert "<li>The third</li>" in pages["index.html"]
    assert '<a href="01-first.html#closer">closer</a>' in pages["glossary.html"]
    assert b'"A topic"' in files["search.js"]
    assert [name for name in files if name.startswith("pictures/")] != []
    assert files == build_site(small)


def test_a_book_is_well_formed_complete_and_the_same_each_time(small: Course) -> None:
    content = build_epub(small)
    assert content == build_epub(small)
    archive = ZipFile(BytesIO(content))
    names = archive.namelist()
    assert (names[0], archive.infolist()[0].compress_type) == ("mimetype", ZIP_STORED)
    assert archive.read("mimetype") == b"application/epub+zip"
    package = ElementTree.fromstring(archive.read("EPUB/package.opf"))  # noqa: S314
    opf = "{http://www.idpf.org/2007/opf}"
    items = {item.get("id"): item for item in package.iter(f"{opf}item")}
    listed = {f"EPUB/{item.get('href')}" for item in items.values()}
    assert listed | {"mimetype", "META-INF/container.xml", "EPUB/package.opf"} == set(names)
    spine = [items[ref.get("idref")].get("href") for ref in package.iter(f"{opf}itemref")]
    assert spine == ["cover.xhtml", "nav.xhtml", "01-first.xhtml", "99-second.xhtml", "glossary.xhtml"]
    pages = {name.removeprefix("EPUB/"): archive.read(name).decode() for name in names if name.endswith(".xhtml")}
    for page in pages.values():
        ElementTree.fromstring(page)  # noqa: S314  well-formed
    check_links(pages, {name.removeprefix("EPUB/") for name in names})
    first = pages["01-first.xhtml"]
    assert items["f-01-first-xhtml"].get("properties") == "mathml svg"
    assert '<math xmlns="http://www.w3.org/1998/Math/MathML">' in first
    assert '<div class="answer" id="sum--answer">' in first
    assert re.search(r"<strong>Wrong\.</strong> <code>3</code>.*Count again\.", first, re.DOTALL)
    assert not {"input", "button", "form", "script", "template"} & Names(first).tags
    assert "data-" not in first


def test_what_hostile_texts_leave_in_pages_is_text(small: Course) -> None:
    hostile = [
        payload for payload in PAYLOADS if not list_problems(replaced(("Words with", f"{payload}\n\nWords with")))
    ]
    assert len(hostile) > 5
    text = replaced(
        ("Words with", "\n\n".join([*hostile, "Words with"])), ("title: A small chapter", f"title: {hostile[0]}")
    )
    publish_text(Chapter.objects.get(slug="first"), text, base=2)
    book = ZipFile(BytesIO(build_epub(small)))
    pages = [page.decode() for name, page in build_site(small).items() if name.endswith(".html")]
    pages += [book.read(name).decode() for name in book.namelist() if name.endswith(".xhtml")]
    for page in pages:
        found = Names(page)
        assert not {"img", "iframe", "object", "embed"} & found.tags
        assert {attribute for attribute in found.attributes if attribute.startswith("on")} == set()
        assert not any(link.lower().startswith("javascript") for link in found.links)
        assert page.count("<script") == page.count('<script src="offline.js" defer>')


def test_the_print_of_a_book_changes_with_what_is_in_it(small: Course) -> None:
    before = print_book(small)
    assert print_book(small) == before
    Chapter.objects.filter(slug="third").update(title="The last")
    assert print_book(small) != before


def test_pages_work_from_a_file_without_a_word_to_anybody(small: Course, tmp_path: Path) -> None:
    small.title = small.summary = "<img src=x onerror=alert(1)></title><script>alert(1)</script>"
    small.save()
    Part.objects.update(title="<img src=x onerror=alert(1)>")
    passages = [
        Passage(
            chapter=each.chapter,
            kind=each.kind,
            key=each.key,
            position=each.position,
            title="<img src=x onerror=alert(1)>",
            text=each.text,
        )
        for each in Passage.objects.select_related("chapter")
    ]
    Passage.objects.all().delete()
    Passage.objects.bulk_create(passages)
    course("site", str(tmp_path), "small")
    asked, wrong = list[str](), list[str]()
    with launched() as browser:
        page = browser.new_page(viewport={"width": 390, "height": 800})
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: wrong.append(dialog.message))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.goto((tmp_path / "index.html").as_uri())
        page.get_by_role("link", name="A small chapter").click()
        quiz = page.locator("form#sum")
        expect(quiz.locator("details")).to_be_hidden()
        quiz.get_by_role("radio").first.check()
        quiz.get_by_role("button", name="Check answer").click()
        expect(quiz.get_by_role("status")).to_contain_text("Not quite. Choose again.Count again.")
        quiz.get_by_role("radio").nth(1).check()
        quiz.get_by_role("button", name="Check answer").click()
        expect(quiz.get_by_role("status")).to_contain_text("Correct.")
        many = page.locator("form#primes")
        many.get_by_role("checkbox").nth(0).check()
        many.get_by_role("button").click()
        expect(many.get_by_role("status")).to_contain_text("Not quite")
        page.get_by_label("Search the course").fill("CLOSER nowhere")
        expect(page.get_by_role("region", name="Found")).to_have_text("Nothing found. Try other words.")
        page.get_by_label("Search the course").fill("Topic words")
        page.get_by_label("Search the course").fill("stress")
        page.get_by_role("region", name="Found").get_by_role("link").first.click()
        expect(page).to_have_url(re.compile(r"01-first\.html#introduction$"))
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        browser.contexts[0].close()
    assert wrong == []
    assert [url for url in asked if not url.startswith(tmp_path.as_uri())] == []


def test_figures_move_in_a_site_and_stand_still_in_a_book(tmp_path: Path) -> None:
    first = build_chapter()
    publish_text(first, replaced(("Words with", f"{SLIDER}\nWords with")))
    files = build_site(first.course)
    assert b"sliders.js" in files["01-first.html"]
    assert b"sliders.js" not in files["index.html"]
    book = ZipFile(BytesIO(build_epub(first.course)))
    still = book.read("EPUB/01-first.xhtml").decode()
    assert "Steepness at its start" in still
    assert not {"input", "kindling-plot", "script"} & Names(still).tags
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    with launched() as browser:
        page = browser.new_page(viewport={"width": 390, "height": 800})
        page.goto((tmp_path / "01-first.html").as_uri())
        curve, slider = page.locator('[data-line="0"]'), page.get_by_role("slider", name="Steepness")
        before = curve.get_attribute("d")
        slider.focus()
        page.keyboard.press("End")
        assert curve.get_attribute("d") != before
        expect(page.locator("kindling-plot dd")).to_have_text("2.0")
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        browser.contexts[0].close()


def test_a_book_lands_in_its_file(small: Course, tmp_path: Path) -> None:
    assert course("epub", str(tmp_path / "small.epub")).endswith("kB written\n")
    assert (tmp_path / "small.epub").read_bytes() == build_epub(small)
