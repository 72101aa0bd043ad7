"""Courses come in from files: once, wholly, and never over what somebody wrote in the browser."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import DjangoAssertNumQueries

from apps.courses.models import Chapter, Course, Draft, FormerAddress, Revision

from .test_pictures import paint
from .texts import CHAPTER, SVG, build_editor, line_of, publish_text, replaced

pytestmark = pytest.mark.django_db

COURSE = """---
title: Small
summary: A small course.
chapters:
  01 first: The first
  02 second: The second
---
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "small" / "01-first"
    folder.mkdir(parents=True)
    (tmp_path / "small" / "course.md").write_text(COURSE)
    (folder / "chapter.md").write_text(CHAPTER)
    (folder / "circles.svg").write_text(SVG)
    return tmp_path


def import_from(root: Path, *arguments: str) -> str:
    return course("import", str(root), *arguments)


def course(*arguments: str) -> str:
    told = StringIO()
    call_command("course", *arguments, stdout=told)
    return told.getvalue()


def edit(root: Path, old: str, new: str, file: str = "01-first/chapter.md") -> None:
    path = root / "small" / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_a_course_comes_in_with_its_path_texts_and_figures(root: Path) -> None:
    assert import_from(root) == "small/first: published revision 1\n"
    first, second = Chapter.objects.order_by("number")
    assert (first.title, second.title, second.live) == ("A small chapter", "The second", None)
    assert first.live_revision.figures == {"circles.svg": SVG}
    assert first.live_revision.origin == Revision.Origin.FILE


def test_importing_again_changes_and_tells_nothing(
    root: Path, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    import_from(root)
    with django_assert_max_num_queries(8):  # four, and the savepoints of this test
        assert import_from(root) == ""
    assert Revision.objects.count() == 1


def test_a_changed_file_is_published(root: Path) -> None:
    import_from(root)
    edit(root, "Done.", "Done at last.")
    assert import_from(root) == "small/first: published revision 2\n"
    assert "Done at last." in Chapter.objects.get(slug="first").live_revision.html


def test_a_changed_path_is_laid_anew(root: Path) -> None:
    import_from(root)
    edit(root, "01 first: The first\n  02 second: The second", "02 first: The first\n  01 other: Another", "course.md")
    edit(root, "title: Small", "title: Smaller", "course.md")
    edit(root, "::: next second", "::: next other")
    (root / "small" / "01-first").rename(root / "small" / "02-first")
    import_from(root)
    assert list(Chapter.objects.order_by("number").values_list("number", "slug")) == [(1, "other"), (2, "first")]
    assert Course.objects.get().title == "Smaller"


def test_what_was_written_in_the_browser_stays(root: Path) -> None:
    import_from(root)
    chapter = Chapter.objects.get(slug="first")
    publish_text(chapter, replaced(("Done.", "Better.")), base=1, author=build_editor())
    assert import_from(root) == ""
    edit(root, "Done.", "Done at last.")
    assert "kept revision 2" in import_from(root)
    assert "Better." in Chapter.objects.get(slug="first").live_revision.html
    assert import_from(root, "--force") == "small/first: published revision 3\n"
    assert "Done at last." in Chapter.objects.get(slug="first").live_revision.html


def test_broken_markdown_is_told_by_path_and_line_and_imports_nothing(root: Path) -> None:
    edit(root, "(#a-topic)", "(#nowhere)")
    edit(root, "::: quiz sum", "::: quizz sum")
    with pytest.raises(CommandError) as caught:
        import_from(root)
    told = str(caught.value).splitlines()
    path = root / "small" / "01-first" / "chapter.md"
    assert told[1].startswith(f"{path}:{line_of(CHAPTER, 'See [')}: Nothing in this chapter has the id “nowhere”")
    assert f"{path}:{line_of(CHAPTER, '::: quiz sum')}: There is no directive “quizz”" in str(caught.value)
    assert not Course.objects.exists()


def test_checking_writes_nothing_and_tells_mistakes_and_remarks(root: Path) -> None:
    assert "announces" not in course("check", str(root))
    edit(root, "title: A small chapter\n", "title: Another\t\n")
    (root / "small" / "01-first" / "unused.svg").write_text(SVG)
    (root / "small" / "01-first" / "notes.txt").write_text("To do")
    (root / "small" / "03-empty").mkdir()
    told = course("check", str(root))
    for remark in (
        "course.md:5: The chapter calls itself “Another”",
        "chapter.md:1: It has tabs: exported, it comes back without.",
        "unused.svg:1: The text does not use this file",
        "notes.txt:1: This is not read",
        "03-empty:1: There is no chapter.md in this folder",
    ):
        assert remark in told
    edit(root, "(#a-topic)", "(#nowhere)")
    edit(root, "::: next second", "::: next third")
    with pytest.raises(CommandError, match=r"chapter\.md:\d+: Nothing"):
        course("check", str(root))
    edit(root, "(#nowhere)", "(#a-topic)")
    with pytest.raises(CommandError, match=r"chapter\.md:\d+: This course has no chapter “third”"):
        course("check", str(root))
    assert not Course.objects.exists()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("summary: A small course.\n", "", "course.md:1: The front matter has no summary"),
        ("  02 second: The second", "  second", "course.md:6: “second” announces no chapter"),
        ("  02 second", "  01 second", "course.md:6: “1” is taken by line 5"),
        ("  01 first", "  03 first", "chapter.md:1: The course does not announce this chapter"),
        ("second: The second\n---\n", "second: The second\n---\nMore.\n", "course.md:8: Nothing is read below"),
    ],
)
def test_a_broken_course_is_told_by_path_and_line(root: Path, old: str, new: str, told: str) -> None:
    edit(root, old, new, "course.md")
    with pytest.raises(CommandError) as caught:
        import_from(root)
    assert told in str(caught.value)


def test_a_published_chapter_cannot_vanish_from_the_path(root: Path) -> None:
    import_from(root)
    (root / "small" / "01-first" / "chapter.md").unlink()
    edit(root, "  01 first: The first\n", "", "course.md")
    with pytest.raises(CommandError, match="has been published and is missing here"):
        import_from(root)


def test_a_file_that_is_no_text_is_told(root: Path) -> None:
    (root / "small" / "01-first" / "chapter.md").write_bytes(b"---\ntitle: \xff\n---\n")
    with pytest.raises(CommandError, match=r"chapter\.md:2: This is not UTF-8"):
        import_from(root)


def test_a_folder_without_courses_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no course in"):
        import_from(tmp_path)


def test_parts_levels_and_former_addresses_come_from_the_path(root: Path) -> None:
    import_from(root)
    edit(root, "title: Small", "title: Small\nlevel: Advanced\nwas: tiny", "course.md")
    edit(root, "  01 first: The first\n", "  part: Steps\n  01 earliest (was first): The first\n  part:\n", "course.md")
    (root / "small" / "01-first").rename(root / "small" / "01-earliest")
    import_from(root)
    earliest, second = Chapter.objects.order_by("number")
    assert (earliest.slug, earliest.live_revision.number) == ("earliest", 1)
    assert (earliest.part and earliest.part.title, second.part) == ("Steps", None)
    assert earliest.course.level == "Advanced"
    found = FormerAddress.objects.order_by("path").values_list("path", "course__slug", "chapter__slug")
    assert list(found) == [("small/first", "small", "earliest"), ("tiny", "small", None)]
    (root / "small").rename(root / "little")
    (root / "small").mkdir()
    (root / "small").rmdir()
    path = root / "little" / "course.md"
    path.write_text(path.read_text().replace("was: tiny", "was: small, tiny"))
    import_from(root)
    assert Course.objects.get().slug == "little"
    assert Course.objects.get().chapters.count() == 2


def test_chapters_may_name_each_other_s_news_in_any_order(root: Path) -> None:
    second = root / "small" / "02-second"
    second.mkdir()
    (second / "circles.svg").write_text(SVG)
    (second / "chapter.md").write_text(CHAPTER.replace("::: next second", "::: next first"))
    import_from(root)
    edit(root, "Done.", "Done: see [it](../second/#rethink).")
    with pytest.raises(CommandError, match=r"chapter\.md:\d+: Chapter “second” has no .* “rethink”"):
        course("check", str(root))
    with pytest.raises(CommandError, match=r"chapter\.md:\d+: Chapter “second” has no .* “rethink”"):
        import_from(root)
    edit(root, "::: exercise think", "::: exercise rethink", "02-second/chapter.md")
    assert import_from(root).splitlines() == [
        "small/second: published revision 2",
        "small/first: published revision 2",
    ]
    course("check", str(root))


def test_chapters_can_pass_their_names_on(root: Path) -> None:
    import_from(root)
    edit(
        root,
        "01 first: The first\n  02 second: The second",
        "01 second (was first): The first\n  02 third (was second): The second",
        "course.md",
    )
    edit(root, "::: next second", "::: next third")
    (root / "small" / "01-first").rename(root / "small" / "01-second")
    import_from(root)
    chapters = Chapter.objects.order_by("number")
    assert [(one.slug, one.live is not None) for one in chapters] == [("second", True), ("third", False)]


def test_a_path_that_was_edited_in_the_browser_stays(root: Path) -> None:
    import_from(root)
    second = Chapter.objects.get(slug="second")
    second.slug = "sequel"
    second.save()
    Chapter.objects.create(course=second.course, number=3, slug="third", title="The third")
    assert import_from(root) == ""
    edit(root, "02 second: The second", "02 second: The second one", "course.md")
    assert "small/course.md: kept the path" in import_from(root)
    assert Chapter.objects.filter(slug__in=["sequel", "third"]).count() == 2
    import_from(root, "--force")
    assert list(Chapter.objects.order_by("number").values_list("slug", flat=True)) == ["first", "second"]


def test_what_somebody_is_writing_does_not_vanish_with_the_path(root: Path) -> None:
    import_from(root)
    Draft.objects.create(chapter=Chapter.objects.get(slug="second"), editor=build_editor(), source="Words", base=0)
    edit(root, "  02 second: The second\n", "", "course.md")
    edit(root, "::: next second", "::: next first")
    with pytest.raises(CommandError, match="is being written in the browser and is missing here"):
        import_from(root)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a b.svg", SVG.encode(), "“a b.svg” cannot stand beside a chapter"),
        ("\x1b[31m\n.svg", SVG.encode(), r"“\x1b[31m\n.svg” cannot stand beside a chapter"),
        ("photo.png", b"<script>alert(1)</script>", "photo.png:1: This is no PNG"),
        ("photo.gif", paint("GIF"), "photo.gif:1: An animated picture is not shown"),
        ("circles.svg", b"<svg>\xff</svg>", "circles.svg:1: This is not UTF-8"),
        (
            "circles.svg",
            SVG.replace("<title>", "<script>alert(1)</script><title>").encode(),
            "The element <script> is not allowed",
        ),
        ("circles.svg", b"<<<<<<< mine\n", "circles.svg:1: A merge has left two versions"),
    ],
)
def test_hostile_files_are_told_and_nothing_comes_in(root: Path, name: str, content: bytes, told: str) -> None:
    (root / "small" / "01-first" / name).write_bytes(content)
    for command in ("check", "import"):
        with pytest.raises(CommandError) as caught:
            course(command, str(root))
        assert told in str(caught.value)
    assert not Course.objects.exists()


def test_links_lead_nowhere(root: Path) -> None:
    (root / "small" / "01-first" / "secret.svg").symlink_to("/etc/hostname")
    with pytest.raises(CommandError, match=r"secret\.svg:1: This is a link"):
        import_from(root)
