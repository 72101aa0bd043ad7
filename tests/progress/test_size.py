"""How heavy the longest page may be: chapter 1 as a visitor gets it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client

from apps.courses.models import Chapter, Course, Revision
from apps.courses.publishing import publish
from tests.product import ROOT

FOLDER = ROOT / "apps/courses/content/pytorch-essentials/01-introduction"
BYTES = 60 * 1024  # words are 29,000, what machines are told 3,000, folded evidence 5,000
COMPRESSED = 19_500  # what is sent
ELEMENTS = 1_050  # of 3,000 that a browser lays out without trouble


@pytest.mark.django_db
def test_chapter_1_keeps_its_budget(client: Client) -> None:
    publish_first()
    page = client.get("/courses/pytorch-essentials/introduction/").content
    assert len(page) <= BYTES
    assert len(re.findall(rb"<[a-z]", page)) <= ELEMENTS
    small = client.get("/courses/pytorch-essentials/introduction/", headers={"Accept-Encoding": "gzip"}).content
    assert len(small) <= COMPRESSED


def publish_first() -> Revision:
    course = Course.objects.create(slug="pytorch-essentials", title="PyTorch Essentials")
    chapter = Chapter.objects.create(course=course, number=1, slug="introduction", title="Introduction")
    for number, (slug, _) in enumerate(read_links(FOLDER / "chapter.md"), start=2):
        Chapter.objects.create(course=course, number=number, slug=slug, title=slug)
    figures = {path.name: path.read_text() for path in FOLDER.iterdir() if path.suffix in (".svg", ".csv")}
    source = (FOLDER / "chapter.md").read_text()
    return publish(chapter=chapter, source=source, figures=figures, author=None, note="", base=None)


def read_links(text: Path) -> list[tuple[str, str]]:
    """Slugs of the chapters that it leads on to: they must be there."""
    return re.findall(r"^::: next ([a-z0-9-]+)(.*)$", text.read_text(), re.MULTILINE)
