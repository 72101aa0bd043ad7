"""Folder and site are brought together, whichever has changed, and neither is overwritten unseen."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError

from apps.courses.models import Chapter, Course, FormerAddress, Revision
from apps.courses.syncing import state, sync_course
from apps.courses.syncing.desk import Desk

from .test_importing import course, edit, import_from, root
from .test_pictures import paint
from .texts import CHAPTER, SVG, publish_text, replaced

__all__ = ["root"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def text(root: Path) -> Path:
    """The chapter's file, as folder and site have it in common."""
    sync(root)
    return root / "small" / "01-first" / "chapter.md"


def sync(root: Path, *arguments: str) -> str:
    return course("sync", str(root), *arguments)


def change_site(*changes: tuple[str, str], **more: object) -> Revision:
    chapter = Chapter.objects.get(slug="first")
    before = chapter.live_revision
    source = before.source
    for old, new in changes:
        assert old in source
        source = source.replace(old, new, 1)
    return publish_text(chapter, source, base=before.number, **({"figures": before.figures} | more))


def live() -> Revision:
    return Chapter.objects.get(number=1).live_revision


def test_a_new_folder_is_published_and_then_there_is_nothing_to_do(root: Path) -> None:
    assert sync(root).splitlines() == [
        "small/course.md: folder → site: laid the path",
        "small/first: folder → site: published revision 1",
        "small/course.md: written as the site has it",
    ]
    assert sync(root) == ""


def test_what_changed_in_the_folder_is_published(root: Path, text: Path) -> None:
    edit(root, "Done.", "Done here.")
    assert sync(root) == "small/first: folder → site: published revision 2\n"
    assert "Done here." in live().source
    assert sync(root) == ""


def test_what_changed_on_the_site_is_written(root: Path, text: Path) -> None:
    change_site(("Done.", "Done there."), ("title: A small chapter", "title: A tiny chapter"))
    assert "small/first: site → folder: wrote revision 2" in sync(root)
    assert "Done there." in text.read_text()
    assert "01 first: A tiny chapter" in (root / "small" / "course.md").read_text()
    assert sync(root) == ""


def test_what_changed_on_both_sides_is_merged(root: Path, text: Path) -> None:
    (text.parent / "photo.png").write_bytes(paint())
    edit(root, "Done.", "Done here.")
    change_site(("Words with", "Many words with"), figures={"circles.svg": SVG, "other.svg": SVG})
    assert sync(root) == "small/first: folder + site: merged with revision 2, published revision 3\n"
    assert "Done here." in live().source
    assert "Many words with" in live().source
    assert text.read_text() == live().source
    assert sorted(live().figures) == ["circles.svg", "other.svg", "photo.png"]
    assert (text.parent / "other.svg").read_text() == SVG
    assert sync(root) == ""


def test_a_conflict_stands_in_the_file_and_nothing_is_published_until_it_is_solved(root: Path, text: Path) -> None:
    edit(root, "Done.", "Done here.")
    (text.parent / "circles.svg").write_text(SVG.replace("Two", "Our two"))
    change_site(("Done.", "Done there."), figures={"circles.svg": SVG.replace("Two", "Their two")})
    with pytest.raises(CommandError, match="1 part of it could not be synced"):
        sync(root)
    marked = text.read_text()
    assert "<<<<<<< this folder\nDone here.\n=======\nDone there.\n>>>>>>> the site\n" in marked
    assert "Their two" in (text.parent / "circles.svg.site").read_text()
    with pytest.raises(CommandError, match="A merge has left two versions here"):
        sync(root)
    assert live().number == 2
    before, _, rest = marked.partition("<<<<<<< this folder\n")
    text.write_text(f"{before}Done.\n{rest.partition('>>>>>>> the site' + chr(10))[2]}")
    with pytest.raises(CommandError, match="could not be synced"):
        sync(root)
    (text.parent / "circles.svg.site").unlink()
    assert sync(root) == "small/first: folder → site: published revision 3\n"
    assert "Our two" in live().figures["circles.svg"]


def test_a_merge_that_cannot_be_published_says_why_and_both_stay(root: Path, text: Path) -> None:
    edit(root, "(#a-topic)", "(#closer)")
    change_site(("### Closer {#closer}", "### Nearer {#nearer}"))
    steps = sync_course(root / "small")
    [step] = [step for step in steps if step.bad]
    assert "chapter.md:36: Nothing in this chapter has the id “closer”" in str(step)
    assert "{#nearer}" in text.read_text()
    edit(root, "(#closer)", "(#nearer)")
    assert sync(root) == "small/first: folder → site: published revision 3\n"


def test_without_its_memory_what_the_site_had_before_is_old_and_all_else_is_asked(root: Path, text: Path) -> None:
    change_site(("Done.", "Done there."))
    (root / "small" / state.NAME).write_text("nonsense")
    assert "site → folder: wrote revision 2" in sync(root)
    (root / "small" / state.NAME).unlink()
    edit(root, "Done there.", "Done here.")
    with pytest.raises(CommandError, match="could not be synced"):
        sync(root)
    assert "Done here.\n=======\nDone there." in text.read_text()
    assert live().number == 2


def test_an_older_checkout_is_brought_up_to_date(root: Path, text: Path) -> None:
    old = text.read_text()
    edit(root, "Done.", "Done here.")
    sync(root)
    text.write_text(old)
    assert "site → folder: wrote revision 2" in sync(root)


def test_what_was_deleted_comes_back_and_says_why(root: Path, text: Path) -> None:
    shutil.rmtree(text.parent)
    assert "wrote revision 1 again, for what has been published is never deleted" in sync(root)
    assert text.read_text() == CHAPTER
    shutil.rmtree(text.parent)
    edit(root, "  01 first: A small chapter\n", "", "course.md")
    with pytest.raises(CommandError, match="Chapter “first” has been published and is missing here"):
        sync(root)
    assert live().number == 1


def test_new_and_withdrawn_chapters_go_both_ways(root: Path, text: Path) -> None:
    edit(root, "---\n", "---\n", "course.md")
    edit(root, "  02 second: The second\n", "  02 second: The second\n  04 fourth: The fourth\n", "course.md")
    third = Chapter.objects.create(course=Course.objects.get(), number=3, slug="third", title="The third")
    with pytest.raises(CommandError, match="could not be synced"):  # both added a line at the same place
        sync(root)
    path = root / "small" / "course.md"
    path.write_text("".join(line for line in path.read_text().splitlines(True) if line[0] not in "<=>"))
    path.write_text(
        path.read_text().replace(
            "  04 fourth: The fourth\n  03 third: The third\n", "  03 third: The third\n  04 fourth: The fourth\n"
        )
    )
    assert sync(root) == "small/course.md: folder → site: laid the path\n"
    publish_text(third, replaced(("::: next second", "::: next fourth")))
    assert "small/third: site → folder: wrote revision 1" in sync(root)
    assert (root / "small" / "03-third" / "chapter.md").exists()
    edit(root, "  04 fourth: The fourth\n", "", "course.md")
    with pytest.raises(CommandError, match="could not be synced"):  # the third leads on to it
        edit_and_sync(root)
    assert not Chapter.objects.filter(slug="fourth").exists()


def edit_and_sync(root: Path) -> None:
    edit(root, "Done.", "Done at last.", "03-third/chapter.md")
    sync(root)


def test_a_chapter_renamed_in_the_folder_is_renamed_on_the_site(root: Path, text: Path) -> None:
    edit(root, "  01 first:", "  01 prime (was first):", "course.md")
    text.parent.rename(root / "small" / "01-prime")
    change_site(("Done.", "Done there."))
    assert sync(root).splitlines() == [
        "small/course.md: folder → site: laid the path",
        "small/prime: site → folder: wrote revision 2",
    ]
    assert FormerAddress.objects.get().path == "small/first"


def test_a_chapter_renamed_and_moved_on_the_site_is_moved_in_the_folder(root: Path, text: Path) -> None:
    edit(root, "Done.", "Done here.")
    Chapter.objects.filter(slug="second").update(number=7)
    chapter = Chapter.objects.get(slug="first")
    FormerAddress.objects.create(path="small/first", course=chapter.course, chapter=chapter)
    Chapter.objects.filter(pk=chapter.pk).update(slug="prime", number=5)
    assert sync(root).splitlines() == [
        "small/course.md: site → folder: wrote the path",
        "small/prime: folder → site: published revision 2",
    ]
    assert "Done here." in (root / "small" / "05-prime" / "chapter.md").read_text()
    assert not text.parent.exists()
    assert sync(root) == ""


def test_a_dry_run_says_the_same_and_does_nothing(root: Path, text: Path) -> None:
    edit(root, "Done.", "Done here.")
    edit(root, "  01 first:", "  01 prime (was first):", "course.md")
    text.parent.rename(root / "small" / "01-prime")
    change_site(("Words with", "Many words with"))
    before = {path: path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}
    told = sync(root, "--dry-run")
    assert {path: path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()} == before
    assert (live().number, live().chapter.slug) == (2, "first")
    assert told == "".join(f"Would do: {line}\n" for line in sync(root).splitlines())
    assert live().number == 3


def test_a_course_of_the_site_gets_a_folder(root: Path, tmp_path: Path) -> None:
    import_from(root)
    assert "begin it" in sync(tmp_path / "tree", "--dry-run")
    sync(tmp_path / "tree", "small")
    assert (tmp_path / "tree" / "small" / "01-first" / "chapter.md").read_text() == CHAPTER
    assert sync(tmp_path / "tree") == ""


@pytest.mark.parametrize("place", ["write_chapter", "agree"])
@pytest.mark.parametrize("after", [False, True])
def test_broken_off_anywhere_it_is_simply_begun_again(
    root: Path, text: Path, monkeypatch: pytest.MonkeyPatch, place: str, after: bool
) -> None:
    edit(root, "Done.", "Done here.")
    change_site(("Words with", "Many words with"))
    with monkeypatch.context() as breaking:
        breaking.setattr(Desk, place, break_off(getattr(Desk, place), after=after))
        with pytest.raises(KeyboardInterrupt):
            sync(root)
    sync(root)
    assert text.read_text() == live().source
    assert "Done here." in live().source
    assert "Many words with" in live().source
    assert json.loads((root / "small" / state.NAME).read_text())["chapters"].keys() == {"first"}
    assert sync(root) == ""


def break_off(step: Callable[..., None], *, after: bool) -> Callable[..., None]:
    def broken(*args: object, **more: object) -> None:
        if after:
            step(*args, **more)
        raise KeyboardInterrupt

    return broken


def test_what_came_by_sync_is_not_undone_by_an_import_of_older_files(root: Path, text: Path, tmp_path: Path) -> None:
    """As when a site starts, and imports what it was shipped with."""
    shipped = tmp_path / "shipped"
    shutil.copytree(root / "small", shipped / "small", ignore=shutil.ignore_patterns(state.NAME))
    import_from(shipped)
    edit(root, "Done.", "Done here.")
    edit(
        root, "  02 second: The second\n", "  02 sequel (was second): The second\n  03 third: The third\n", "course.md"
    )
    edit(root, "::: next second", "::: next sequel")
    sync(root)
    assert import_from(shipped).startswith("small/first: kept revision 2, for the file has the text of revision 1")
    assert list(Chapter.objects.order_by("number").values_list("slug", flat=True)) == ["first", "sequel", "third"]
    assert "Done here." in live().source


def test_without_git_a_merge_says_what_is_missing(root: Path, text: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(root, "Done.", "Done here.")
    change_site(("Words with", "Many words with"))
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(CommandError, match="git, which merges texts, was not found"):
        sync(root)
    assert "Done here." in text.read_text()
