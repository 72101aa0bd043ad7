"""One chapter, as it lies in the folder and as the site has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from apps.courses.course_file import name_folder
from apps.courses.exporting import list_chapter_files, unpack
from apps.courses.folders import CHAPTER, FILE, BadCourse, ChapterFolder
from apps.courses.importing import publish_folder
from apps.courses.models import Chapter, Revision
from apps.courses.pictures import read_marker
from apps.courses.tracing import find_revision, print_text

from .desk import Desk
from .merging import merge

NOTE = "Synced from files"
OTHER = ".site"
"""Ends the name of a file of the site that cannot be merged with the folder's: both lie there until one is chosen."""


@dataclass(frozen=True)
class Step:
    """What happened, or would, to one part of a course. `bad` needs its author."""

    what: str
    happened: str
    bad: bool = False

    def __str__(self) -> str:
        return f"{self.what}: {self.happened}"


def sync_chapter(desk: Desk, chapter: Chapter, folder: ChapterFolder | None, known: str) -> Step | None:
    """Brings both sides of a chapter to the same text. `known` is the print of what they last had in common, "" for nothing.

    None when there was nothing to do. Raises `BadCourse`, `StaleBase` when the site changed meanwhile, `NoGit`.
    """
    live = chapter.live
    here = print_text(folder.source, folder.figures) if folder else None
    there = print_text(live.source, live.figures) if live else None
    if folder and (left := sorted(folder.path.parent.glob(f"*{OTHER}"))):
        return Step(chapter.slug, f"{left[0].name} is still there: take from it what you want and delete it", bad=True)
    if here == there:
        if here and known != here:
            desk.agree(slug=chapter.slug, on=here)
        return None
    if live is None or there is None:
        return _publish(desk, chapter, folder, here) if folder and here else None
    if folder is None or here is None or find_revision(chapter, here):
        return _fetch(desk, chapter, live, there, gone=folder is None and bool(known))
    if known == there:
        return _publish(desk, chapter, folder, here)
    return _join(desk, chapter, live, folder, find_revision(chapter, known))


def _publish(desk: Desk, chapter: Chapter, folder: ChapterFolder, here: str) -> Step:
    base = chapter.live.number if chapter.live else None
    published = publish_folder(chapter, folder, base=base, note=NOTE)
    desk.agree(slug=chapter.slug, on=here)
    return Step(chapter.slug, f"folder → site: published revision {published.number}")


def _fetch(desk: Desk, chapter: Chapter, live: Revision, there: str, *, gone: bool) -> Step:
    desk.write_chapter(list_chapter_files(chapter, live))
    desk.agree(slug=chapter.slug, on=there)
    why = " again, for what has been published is never deleted" if gone else ""
    return Step(chapter.slug, f"site → folder: wrote revision {live.number}{why}")


def _join(desk: Desk, chapter: Chapter, live: Revision, folder: ChapterFolder, base: Revision | None) -> Step:
    """Both have changed: what can be joined is, written to the folder, and published; else the author chooses there."""
    merged = merge(base=base.source if base else "", ours=folder.source, theirs=live.source)
    figures, clashes = join_figures(base.figures if base else {}, folder.figures, live.figures)
    files, place = _gather(folder, live, figures, clashes), name_folder(chapter.number, chapter.slug)
    files[CHAPTER] = merged.text.encode()
    desk.write_chapter({f"{place}/{name}": content for name, content in files.items()})
    desk.agree(slug=chapter.slug, on=print_text(live.source, live.figures))
    if merged.conflicts or clashes:
        return Step(chapter.slug, _describe_conflict(live, merged.conflicts, clashes), bad=True)
    pictures = {name: files[name] for name, figure in figures.items() if read_marker(figure)}
    joined = ChapterFolder(folder.path, chapter.number, chapter.slug, merged.text, figures, pictures)
    published = publish_folder(chapter, joined, base=live.number, note=f"{NOTE}, merged with revision {live.number}")
    desk.agree(slug=chapter.slug, on=print_text(merged.text, figures))
    return Step(
        chapter.slug, f"folder + site: merged with revision {live.number}, published revision {published.number}"
    )


def join_figures(
    base: Mapping[str, str], ours: Mapping[str, str], theirs: Mapping[str, str]
) -> tuple[dict[str, str], list[str]]:
    """The files beside a text, each as the side has it that changed it; and the names of those that both changed, which
    stay as they are in the folder. What one side deleted and the other changed, stays changed.
    """
    joined, clashes = dict[str, str](), list[str]()
    for name in sorted({*base, *ours, *theirs}):
        before, here, there = base.get(name), ours.get(name), theirs.get(name)
        if here is not None and there is not None and here != there and before not in (here, there):
            clashes.append(name)
        chosen = there if here in (before, None) and there != before else here
        if chosen is not None:
            joined[name] = chosen
    return joined, clashes


def _gather(folder: ChapterFolder, live: Revision, figures: Mapping[str, str], clashes: list[str]) -> dict[str, bytes]:
    """The content of all files that shall lie beside the text, those of the site that clash under a name of their own."""
    site = unpack(live.figures)
    here = {name: content.encode() for name, content in folder.figures.items()} | dict(folder.pictures)
    files = {
        name: here[name] if folder.figures.get(name) == figure else site[name]
        for name, figure in figures.items()
        if FILE.fullmatch(name)
    }
    return files | {f"{name}{OTHER}": site[name] for name in clashes}


def _describe_conflict(live: Revision, conflicts: int, clashes: list[str]) -> str:
    places = f"{conflicts} place{'s' if conflicts > 1 else ''} of {CHAPTER}" if conflicts else ""
    what = " and ".join(filter(None, [places, ", ".join(clashes)]))
    todo = ["keep what is right between the lines <<<<<<< and >>>>>>>"] if conflicts else []
    todo += [f"choose between each file and the site's ({OTHER}), and delete that"] if clashes else []
    return f"changed in the folder and, by revision {live.number}, on the site: {what}. There, {'; '.join(todo)}; then sync again"


def complain(slug: str, bad: BadCourse, folder: Path) -> Step:
    """The faults of one chapter as a step: the others go on."""
    told = "; ".join(f"{fault.path.relative_to(folder)}:{fault.line}: {fault.message}" for fault in bad.faults)
    return Step(slug, f"cannot be published: {told}", bad=True)
