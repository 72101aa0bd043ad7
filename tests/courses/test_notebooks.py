"""Chapters leave as notebooks that run from top to bottom, and notebooks come in as chapters to go on from."""

from __future__ import annotations

import base64
import json
from dataclasses import make_dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from django.core.management import CommandError
from hypothesis import given
from hypothesis import strategies as st
from nbformat import v4

from apps.courses.dialect import BadChapter, clean, compile_chapter
from apps.courses.dialect.nodes import Passage
from apps.courses.models import Chapter, Revision
from apps.courses.notebooks.reading import BadNotebook, read_notebook
from apps.courses.notebooks.writing import Source, _write_rest, write_notebook
from apps.courses.pictures import describe_picture, keep_picture

from .test_hostile_texts import PAYLOADS
from .test_importing import course
from .test_pictures import paint
from .texts import CHAPTER, FIGURES, compile_text, replaced

PHOTO = base64.b64encode(paint()).decode()


def open_notebook(
    source: str = CHAPTER, figures: dict[str, str] | None = None, address: str = "", html: str = ""
) -> Any:
    """The notebook of a chapter that no database knows."""
    live = Revision(source=source, figures={**FIGURES, **(figures or {})}, html=compile_text().html + html)
    notebook = nbformat.reads(write_notebook(Chapter(number=1, slug="first", live=live), address=address), as_version=4)
    nbformat.validate(notebook)
    return notebook


def prose(notebook: Any) -> str:
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def build(*cells: Any) -> bytes:
    written: str = nbformat.writes(v4.new_notebook(cells=list(cells)))
    return written.encode()


def read(*cells: Any) -> tuple[str, list[str]]:
    chapter = read_notebook(build(*cells), name="lesson")
    return chapter.files["chapter.md"].decode(), chapter.remarks


def test_a_chapter_is_a_notebook_that_runs(capsys: pytest.CaptureFixture[str]) -> None:
    notebook = open_notebook()
    names: dict[str, object] = {}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            exec(cell.source, names)  # noqa: S102
            assert capsys.readouterr().out == cell.outputs[0].text
    text = prose(notebook)
    for expected in (
        "# A small chapter",
        '<a id="a-topic"></a>\n## 3 A topic',
        '<a id="closer"></a>\n\n### Closer',
        "**Adding**",
        "> **Warning**\n>\n> See [the topic](#a-topic).",
        "- **A** `3`\n- **B** `2`\n\n<details><summary>Answer</summary>\n\n- **A** is wrong. Count again.",
        "**Think**\n\nWhy?\n\n<details><summary>Solution</summary>\n\nBecause.\n\n</details>",
        '<img alt="Two circles" src="data:image/svg+xml;base64,',
    ):
        assert expected in text
    assert write_notebook(Chapter(live=Revision(source=CHAPTER, figures=FIGURES))) == write_notebook(
        Chapter(live=Revision(source=CHAPTER, figures=FIGURES))
    )


@pytest.mark.django_db
def test_pictures_are_attached_and_links_lead_back() -> None:
    marker = keep_picture(paint(), rewrite=False)
    source = replaced(
        ('src="circles.svg" wide', 'src="photo.png" alt="Us"'),
        (
            "Words with",
            "[On](../second/#x) [off](/runs/) $a<b$ [](#circles) [2](out:adding) [1](<lines:adding:print>) Words with",
        ),
    )
    notebook = open_notebook(
        source,
        {"photo.png": marker},
        address="https://kindling.test/courses/small/first/",
        html='<a class="x" href="#circles">figure 7</a>',
    )
    [cell] = [cell for cell in notebook.cells if cell.get("attachments")]
    assert cell.attachments == {"photo.png": {"image/png": PHOTO}}
    assert "](attachment:photo.png)\n\nTwo circles." in cell.source
    text = prose(notebook)
    assert (
        "[On](https://kindling.test/courses/small/first/../second/#x) [off](https://kindling.test/runs/) $a\\lt b$ [figure 7](#circles) 2 1 Words"
        in text
    )


def test_what_has_no_form_of_its_own_gives_its_title_its_drawing_and_its_words() -> None:
    """As a later dialect may have it: nodes in nodes, and fields that are no prose."""
    panel = make_dataclass("Panel", ["title", "text"])("CPU", Passage(1, "Run <b>."))
    node = make_dataclass("Tabs", ["key", "title", "also", "panels"])("ways", "Ways", ("one",), (panel,))
    source = Source(Revision(), {}, "", {"ways": "<svg ><title>Drawn</title></svg>"}, {})
    pieces = [piece if isinstance(piece, str) else piece.source for piece in _write_rest(source, node)]
    assert [pieces[0], *pieces[2:]] == ["**Ways**", "**CPU**", "Run \\<b>."]
    assert pieces[1].startswith('<img alt="Drawn" src="data:image/svg+xml;base64,')


def test_what_a_hostile_text_says_is_text_in_a_notebook_too() -> None:
    text = prose(open_notebook(replaced(("Words with", "\n\n".join([*PAYLOADS, "Words with"])))))
    for tag in ("<script", "<img src=x", "<svg/", "<iframe", "<a href", "<!--"):
        assert text.count(tag) == text.count(f"\\{tag}") + (tag == "<script") * 1  # one stands in a fence
    assert "`<b onclick=x>`" in text


def test_a_notebook_becomes_a_chapter_with_listings_pictures_and_ids_of_their_own() -> None:
    photo = v4.new_output("display_data", data={"image/png": PHOTO})
    chapter = read_notebook(
        build(
            v4.new_markdown_cell("# Fitting a *line*\n\nWords with $x^2$ and $$y$$."),
            v4.new_markdown_cell(
                "Data\n----\nA list\n\n![Two](attachment:p.png) ![Far](https://example.org/x.png)\n\n### Data\n\n```r\nx\n```\n\n#### Quiz\n",
                attachments={"p.png": {"image/png": PHOTO}},
            ),
            v4.new_code_cell(
                '# Load "it"\n%matplotlib inline\n\n\ndef f():\n    """```"""\n\n\nprint(1)',
                outputs=[v4.new_output("stream", name="stdout", text="\x1b[31m1\x1b[0m\n10%\r100%\n"), photo],
            ),
            v4.new_code_cell(
                "f()",
                outputs=[
                    v4.new_output("execute_result", data={"text/html": "<script>", "text/plain": "3"}),
                    v4.new_output("error", ename="E", evalue="", traceback=[]),
                ],
            ),
            v4.new_markdown_cell("## Summary\n\nDone. <b onclick=x>Well</b>"),
            v4.new_raw_cell("raw"),
        ),
        name="lesson",
    )
    text, remarks = chapter.files["chapter.md"].decode(), "\n".join(chapter.remarks)
    assert sorted(chapter.files) == ["chapter.md", "figure-2.png", "figure.png"]
    assert "title: Fitting a *line*\n" in text
    for expected in (
        "## Introduction {#introduction}\n\nWords with $x^2$ and $$y$$.\n\n## Objectives {#objectives}\n\n## Data {#data}\n\nA list",
        '::: figure figure src="figure.png" alt="Two"\nTwo\n:::',
        "### Data {#data-2}\n\n```text\nx\n```\n\n### Quiz {#quiz-2}\n",
        '::: listing load-it title="Load ”it”" output="exact"\n````python\n# Load "it"\n# %matplotlib inline\n\n\ndef f():\n',
        "```output\n1\n100%\n```\n:::",
        '::: listing listing-4 title="Listing 4"\n```python\nf()\n```\n:::',
        "## Summary {#summary}\n\nDone.",
    ):
        assert expected in text
    for expected in (
        "Cell 2 shows a picture that is not in the notebook",
        "Cell 3 holds commands of Jupyter",
        "Cell 4 showed a value",
        "Cell 4 ended with E",
        "Cell 5 holds HTML",
        "Cell 6 is raw",
    ):
        assert expected in remarks
    assert text.index("#summary") < text.index("#next")


def test_what_is_missing_is_only_what_an_author_has_to_write() -> None:
    text, _ = read(
        v4.new_markdown_cell("# T\n\nWords"),
        v4.new_code_cell("print(1)"),
        v4.new_markdown_cell("::: evil\n```\n::: quiz x\n## T {#t}\n```"),
    )
    with pytest.raises(BadChapter) as caught:
        compile_chapter(text, figures={}, address="a/b")
    wanted = ("has no level", "has no summary", "is empty", "holds no", "asks nothing")
    assert [one.message for one in caught.value.problems if not any(each in one.message for each in wanted)] == []


def test_a_chapter_makes_the_way_there_and_back() -> None:
    text, _ = read(*open_notebook().cells)
    assert "print(1 + 1)  # two" in text
    assert "## A topic" in text.replace("3 A topic", "A topic")


cells = st.lists(
    st.builds(
        v4.new_markdown_cell,
        st.text()
        | st.lists(
            st.sampled_from(["# ", "## a", "\n", "```", ":::", "![x](y)", "---", "x", "$", "`", "\x00", "\ud7ff"])
        ).map("".join),
    )
    | st.builds(v4.new_code_cell, st.text()),
    max_size=6,
)


@given(cells)
def test_any_notebook_gives_a_clean_text_with_ids_that_are_unique(cells: list[Any]) -> None:
    text, _ = read(*cells)
    assert clean(text) == text
    with pytest.raises(BadChapter) as caught:
        compile_chapter(text, figures={}, address="a/b")
    told = [problem.message for problem in caught.value.problems]
    assert not [
        one
        for one in told
        if "is taken by" in one or "never closed" in one or "no directive" in one or "closes nothing" in one
    ]


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"\xff", b"[]", json.dumps({"nbformat": 4, "cells": 3}).encode(), b'{"nbformat": 99}']
)
def test_what_is_no_notebook_is_told(content: bytes) -> None:
    with pytest.raises(BadNotebook, match="This is no Jupyter notebook that can be read"):
        read_notebook(content, name="x")


def test_the_command_writes_a_folder_and_spoils_none(tmp_path: Path) -> None:
    notebook, into = tmp_path / "lesson.ipynb", tmp_path / "02-lesson"
    notebook.write_bytes(build(v4.new_markdown_cell("# T")))
    with pytest.raises(CommandError, match="Say where"):
        course("import", str(notebook))
    told = course("import", str(notebook), str(into))
    assert f"{into / 'chapter.md'}: written" in told
    assert "Fill in level and summary" in told
    with pytest.raises(CommandError, match="is not empty"):
        course("import", str(notebook), str(into))
    notebook.write_bytes(b"{}")
    with pytest.raises(CommandError, match="no Jupyter notebook"):
        course("import", str(notebook), str(tmp_path / "03-other"))
    assert describe_picture(paint()).width == 30
