"""A course leaves for files and comes back: byte by byte, whatever it holds and wherever it was written."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from apps.courses.dialect import BadChapter, clean
from apps.courses.exporting import list_chapter_files, list_course_files
from apps.courses.folders import read_chapter
from apps.courses.models import Chapter, Course, Revision
from kindling.course.folders import CONTENT

from .test_importing import course, edit, import_from, root
from .test_pictures import paint
from .texts import CHAPTER, FIGURES, SVG, build_editor, publish_text, replaced

__all__ = ["root"]


def read_all(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.django_db
def test_the_shipped_course_comes_back_byte_by_byte(tmp_path: Path) -> None:
    import_from(CONTENT)
    course("export", str(tmp_path))
    assert read_all(tmp_path) == read_all(CONTENT)
    assert import_from(tmp_path) == ""
    assert course("export", str(tmp_path)) == ""


@pytest.mark.django_db
def test_what_was_edited_in_the_browser_and_every_file_come_back(root: Path, tmp_path: Path) -> None:
    folder, out = root / "small" / "01-first", tmp_path / "out"
    for name, content in (("photo.png", paint(mode="RGBA")), ("photo.jpg", paint("JPEG")), ("first.csv", b"# 0\n")):
        (folder / name).write_bytes(content)
    edit(root, "  01 first", "  part: Steps\n  01 first (was uno)", "course.md")
    import_from(root)
    live = Chapter.objects.get(slug="first").live_revision
    odd = (
        replaced(("Done.", "Better,\t“typographic”\u00a0and\u2028odd.  \n\n    indented\n")).replace("\n", "\r\n")
        + "  \r\n\r\n"
    )
    figures = live.figures | {"circles.svg": SVG.replace("\n", "\r\n")}
    publish_text(live.chapter, odd, base=1, author=build_editor(), figures=figures)
    assert "part: Steps\n  01 first (was uno): A small chapter\n  02 second: The second" in tell(
        course("export", str(out)), out
    )
    once = read_all(out)
    assert once["small/01-first/photo.png"] == paint(mode="RGBA")
    assert import_from(out) == ""
    publish_text(live.chapter, base=2)
    import_from(out, "--force")
    assert course("export", str(out)) == ""
    assert read_all(out) == once


def tell(_: str, folder: Path) -> str:
    return (folder / "small" / "course.md").read_text()


@pytest.mark.django_db
def test_an_export_leaves_alone_what_is_not_the_course_s(root: Path) -> None:
    import_from(root)
    (root / "small" / "01-first" / "old.svg").write_text(SVG)
    (root / "small" / "README.txt").write_text("Ours")
    assert course("export", str(root), "small").splitlines() == [
        f"{root}/small/01-first/old.svg: removed",
        f"{root}/small/course.md: written",
    ]
    assert (root / "small" / "README.txt").exists()
    revision = Chapter.objects.get(slug="first").live_revision
    revision.figures = {"../../evil.svg": SVG, "circles.svg": SVG}
    assert list(list_chapter_files(revision.chapter, revision)) == ["01-first/chapter.md", "01-first/circles.svg"]
    assert [*list_course_files(Course.objects.get())] == ["course.md", "01-first/chapter.md", "01-first/circles.svg"]


@given(
    source=st.text(max_size=300) | st.lists(st.sampled_from([*"\t \r\n\ufeff`:$", "\r\n", "é", "word"])).map("".join),
    drawing=st.text(max_size=100),
    name=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}\.(svg|csv)", fullmatch=True),
)
def test_any_folder_reads_as_it_was_written(source: str, drawing: str, name: str) -> None:
    """What was made uniform once stays as it is, to the last byte."""
    try:
        revision = Revision(source=clean(source), figures={name: clean(drawing)})
    except BadChapter:
        assume(False)
    assume(
        not any(
            text.startswith((m := "<<<<<<< ", ">>>>>>> ")) or f"\n{m}" in text or "\n>>>>>>> " in text
            for text in (revision.source, revision.figures[name])
        )
    )
    files = list_chapter_files(Chapter(number=7, slug="a-b"), revision)
    with TemporaryDirectory() as folder:
        for path, content in files.items():
            (Path(folder) / path).parent.mkdir(exist_ok=True)
            (Path(folder) / path).write_bytes(content)
        read = read_chapter(Path(folder) / "07-a-b" / "chapter.md")
    assert (read.number, read.slug) == (7, "a-b")
    again = Revision(source=read.source, figures=read.figures)
    assert list_chapter_files(Chapter(number=read.number, slug=read.slug), again) == files


@pytest.mark.django_db
def test_the_text_that_a_chapter_begins_with_is_in_no_other_form() -> None:
    assert clean(CHAPTER) == CHAPTER
    assert all(clean(figure) == figure for figure in FIGURES.values())
