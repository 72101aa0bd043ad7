"""Courses leave the database for files: the same bytes that an import of them reads again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from .course_file import NAME, CourseFile, Place, in_one_line, name_folder, write_course_file
from .folders import BESIDE, CHAPTER, FILE, PICTURES
from .models import Chapter, Course, FormerAddress, Picture, Revision
from .pictures import read_marker


def describe_course(course: Course) -> CourseFile:
    """What `course.md` says of the course as the site has it now. Three queries."""
    parts = {part.pk: in_one_line(part.title) for part in course.parts.order_by("number")}
    former: dict[int | None, list[str]] = {}
    for path, chapter in FormerAddress.objects.filter(course=course).order_by("pk").values_list("path", "chapter"):
        former.setdefault(chapter, []).append(path.partition("/")[2] if chapter else path)
    chapters = course.chapters.order_by("number")
    return CourseFile(
        title=in_one_line(course.title),
        summary=in_one_line(course.summary),
        level=course.level,
        former=tuple(slug for slug in dict.fromkeys(former.get(None, [])) if slug != course.slug),
        parts=tuple(dict.fromkeys(filter(None, parts.values()))),
        places=tuple(
            Place(
                number=chapter.number,
                slug=chapter.slug,
                title=in_one_line(chapter.title),
                part=parts.get(chapter.part_id or 0, ""),
                former=tuple(slug for slug in dict.fromkeys(former.get(chapter.pk, [])) if slug != chapter.slug),
            )
            for chapter in chapters
        ),
    )


def list_course_files(course: Course) -> dict[str, bytes]:
    """Every file of a course by its path below the course's folder. Four queries, and one for all pictures."""
    files = {NAME: write_course_file(describe_course(course)).encode()}
    for chapter in course.chapters.select_related("live").order_by("number"):
        if chapter.live:
            files |= list_chapter_files(chapter, chapter.live)
    return files


def list_chapter_files(chapter: Chapter, revision: Revision) -> dict[str, bytes]:
    """The text and the files beside it, as in a course's folder. One query where there are pictures."""
    folder = name_folder(chapter.number, chapter.slug)
    files = unpack(revision.figures)
    return {f"{folder}/{CHAPTER}": revision.source.encode()} | {
        f"{folder}/{name}": files[name] for name in sorted(files)
    }


def unpack(figures: Mapping[str, str]) -> dict[str, bytes]:
    """The content of each file that stands beside a text. One query where there are pictures. A name that is no plain
    file's is left out: nothing is ever written outside of the chapter's folder.
    """
    figures = {name: figure for name, figure in figures.items() if FILE.fullmatch(name)}
    markers = {name: read_marker(figure) for name, figure in figures.items()}
    digests = [marker.digest for marker in markers.values() if marker]
    stored = {
        picture.digest: bytes(picture.content)
        for picture in (Picture.objects.filter(digest__in=digests) if digests else ())
    }
    return {name: stored[marker.digest] if marker else figures[name].encode() for name, marker in markers.items()}


def export_course(course: Course, folder: Path) -> list[Path]:
    """Brings a folder up to what the site has: changed files are written anew, a chapter's files that the site has no more
    are removed, everything else stays. Lists what changed.

    Raises `OSError`. Each file is there wholly or as it was, also after a crash.
    """
    files = {folder / name: content for name, content in list_course_files(course).items()}
    gone = [path for path in _list_known(folder) if path not in files]
    changed = [path for path, content in files.items() if not path.is_file() or path.read_bytes() != content]
    for path in changed:
        write_file(path, files[path])
    for path in gone:
        path.unlink()
        if not any(path.parent.iterdir()):
            path.parent.rmdir()
    return sorted([*changed, *gone])


def write_file(path: Path, content: bytes) -> None:
    """The whole file at once: a reader, and a crash, find what was there before or what is there now."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(content)
    beside.replace(path)


def _list_known(folder: Path) -> Iterator[Path]:
    """What belongs to chapters in a course's folder; of other files it knows nothing."""
    for text in sorted(folder.glob(f"[0-9]*-*/{CHAPTER}")):
        yield from (path for path in sorted(text.parent.iterdir()) if path.suffix in (*BESIDE, *PICTURES))
        yield text
