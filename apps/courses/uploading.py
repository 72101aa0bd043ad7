"""Files beside a draft: drawings and pictures come, get other names, go. Readers see them when the draft goes live."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import NamedTuple

from django.db import transaction

from apps.accounts.models import User

from .dialect.figures import UnsafeFigure, inline
from .models import Chapter, Draft
from .pictures import BadPicture, keep_picture, read_marker

NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*\.(?:svg|png|jpe?g|webp|csv)")
LONGEST_NAME = 80
MOST_FILES = 60
SUFFIX_OF = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


class BadFigure(ValueError):
    """The file cannot stand beside the chapter; `reasons` say why, and what to do."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


class Upload(NamedTuple):
    name: str
    content: bytes


class Shown(NamedTuple):
    """A file for the editor's page; sizes in pixels, 0 for a drawing, which has none."""

    name: str
    kind: str
    width: int
    height: int
    address: str


def list_figures(figures: dict[str, str]) -> list[Shown]:
    return [_show(name, figures[name]) for name in sorted(figures)]


@transaction.atomic
def add_figure(*, chapter: Chapter, editor: User, upload: Upload) -> str:
    """Puts a file beside the editor's draft, in the place of one of the same name, and gives its name.

    A picture of pixels is written anew (see `pictures.keep_picture`), a drawing is checked. Raises `BadFigure`.
    """
    name, content = _read(upload)
    draft = _lock_draft(chapter, editor)
    if name not in draft.figures and len(draft.figures) >= MOST_FILES:
        raise BadFigure(f"A chapter has at most {MOST_FILES} files: remove one that the text does not need.")
    _keep(draft, draft.figures | {name: content})
    return name


@transaction.atomic
def rename_figure(*, chapter: Chapter, editor: User, old: str, new: str) -> str:
    """Gives a file of the draft another name; its kind stays. The new name. Raises `BadFigure`."""
    draft = _lock_draft(chapter, editor)
    if old not in draft.figures:
        raise BadFigure(f"There is no file “{old[:LONGEST_NAME]}” any more: reload the page.")
    name = make_name(new, PurePath(old).suffix.removeprefix("."))
    if name != old and name in draft.figures:
        raise BadFigure(f"“{name}” is taken: choose another name.")
    _keep(draft, {name if each == old else each: content for each, content in draft.figures.items()})
    return name


@transaction.atomic
def remove_figure(*, chapter: Chapter, editor: User, name: str) -> None:
    """Takes a file from the draft; removing what is not there is no fault."""
    draft = _lock_draft(chapter, editor)
    _keep(draft, {each: content for each, content in draft.figures.items() if each != name})


def make_name(wanted: str, suffix: str) -> str:
    """A name that a text can refer to, made of the one that a file has: `My Photo.JPEG` becomes `my-photo.jpg`."""
    stem = re.sub(r"[^a-z0-9_]+", "-", PurePath(wanted.replace("\\", "/")).stem.lower()).strip("-_")
    name = re.sub(r"([-_])[-_]+", r"\1", stem) + f".{suffix}"
    if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise BadFigure(f"“{wanted[:LONGEST_NAME]}” makes no name: use letters from a to z, digits and hyphens.")
    return name


def _read(upload: Upload) -> tuple[str, str]:
    """The file's name, and what stands for it in `figures`."""
    if upload.name.lower().endswith(".svg"):
        return make_name(upload.name, "svg"), _read_drawing(upload.content)
    try:
        marker = keep_picture(upload.content, rewrite=True)
    except BadPicture as bad:
        raise BadFigure(f"{upload.name[:LONGEST_NAME]}: {bad}") from None
    read = read_marker(marker)
    assert read is not None  # noqa: S101  just written
    return make_name(upload.name, SUFFIX_OF[read.media_type]), marker


def _read_drawing(content: bytes) -> str:
    try:
        svg = content.decode("utf-8-sig").replace("\r\n", "\n")
        inline(svg, "checked")
    except UnicodeDecodeError:
        raise BadFigure("The drawing is not UTF-8: save it as UTF-8.") from None
    except UnsafeFigure as unsafe:
        raise BadFigure(*unsafe.reasons) from None
    return svg.rstrip() + "\n"


def _lock_draft(chapter: Chapter, editor: User) -> Draft:
    return Draft.objects.select_for_update().get(chapter=chapter, editor=editor)


def _keep(draft: Draft, figures: dict[str, str]) -> None:
    """The words are the same, so `version` stays: a page that has seen them may go on."""
    draft.figures = figures
    draft.save(update_fields=["figures", "saved_at"])


def _show(name: str, content: str) -> Shown:
    marker = read_marker(content)
    if marker is None:
        return Shown(name, "drawing" if name.endswith(".svg") else "curve", 0, 0, "")
    suffix = SUFFIX_OF[marker.media_type]
    return Shown(name, "picture", marker.width, marker.height, f"/pictures/{marker.digest}.{suffix}")
