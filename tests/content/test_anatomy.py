"""Every chapter has the anatomy that readers count on, and the course announces what it plans."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

from apps.courses.course_file import NAME, name_folder, read_course_file
from apps.courses.dialect import Problems

from .chapters import COURSE, FOLDERS, read_chapter

AT_LEAST = {"project": 1, "quiz": 6, "interview": 5, "exercise": 3, "faq": 3, "figure": 1}
FIGURES = sorted(COURSE.glob("*/*.svg"))
FIGURE_CLASSES = {"fig-accent", "fig-accent-2", "fig-label", "fig-muted", "fig-surface"}
SMALLEST_LETTER, WIDEST = 15, 720  # readable on a telephone, 360 pixels wide

every_chapter = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
every_figure = pytest.mark.parametrize("path", FIGURES, ids=lambda path: f"{path.parent.name}:{path.name}")


def planned() -> dict[str, str]:
    """The titles that course.md announces, by `NN-slug`, in order."""
    course = read_course_file((COURSE / NAME).read_text(), Problems())
    return {name_folder(place.number, place.slug): place.title for place in course.places}


def test_the_course_plans_twenty_four_chapters_in_order() -> None:
    assert [name.partition("-")[0] for name in planned()] == [f"{number:02}" for number in range(1, 25)]


@every_chapter
def test_it_is_the_chapter_that_the_course_plans(folder: Path) -> None:
    assert read_chapter(folder).title == planned()[folder.name]


@every_chapter
def test_it_holds_enough_of_everything(folder: Path) -> None:
    kinds = Counter(item.kind for item in read_chapter(folder).items)

    assert {kind: kinds[kind] for kind in AT_LEAST if kinds[kind] < AT_LEAST[kind]} == {}


@every_chapter
def test_every_choice_has_a_reason_of_its_own(folder: Path) -> None:
    for key, quiz in read_chapter(folder).quizzes.items():
        reasons = [choice["reason_html"].strip() for choice in quiz["choices"]]
        assert all(reasons), key
        assert len(set(reasons)) == len(reasons), key


@every_chapter
def test_the_right_choice_does_not_always_stand_at_the_same_place(folder: Path) -> None:
    places = {
        place
        for quiz in read_chapter(folder).quizzes.values()
        for place, choice in enumerate(quiz["choices"])
        if choice["correct"]
    }

    assert len(places) > 2


@every_chapter
def test_it_leads_on_to_the_next_chapter(folder: Path) -> None:
    names = list(planned())
    following = names[names.index(folder.name) + 1].partition("-")[2]

    assert f"::: next {following}\n" in read_chapter(folder).source


@every_chapter
def test_it_shows_every_figure_beside_it(folder: Path) -> None:
    shown = set(re.findall(r'src="([^"]+)"', read_chapter(folder).source))

    assert shown == {path.name for path in folder.glob("*.svg")}


@every_figure
def test_a_figure_can_be_read_on_a_telephone(path: Path) -> None:
    root = ElementTree.fromstring(path.read_text())  # noqa: S314  our own drawing
    width = float(root.attrib["viewBox"].split()[2])

    assert width <= WIDEST
    assert all(float(element.attrib["font-size"]) >= SMALLEST_LETTER for element in root.iterfind(".//*[@font-size]"))


@every_figure
def test_a_figure_describes_itself_and_takes_its_colours_from_the_page(path: Path) -> None:
    source = path.read_text()

    assert "<title>" in source
    assert "<desc>" in source
    assert set(re.findall(r'class="([^"]+)"', source)) <= FIGURE_CLASSES
    assert set(re.findall(r'(?:fill|stroke)="([^"]+)"', source)) <= {"currentColor", "none"}


def test_the_introduction_has_its_seventeen_sections() -> None:
    titles = [entry["title"] for entry in read_chapter(COURSE / "01-introduction").outline]

    assert titles == [
        "Introduction",
        "Learning objectives",
        "What is AI?",
        "Neural networks: an overview",
        "What is PyTorch?",
        "Dynamic computation graphs: the secret weapon",
        "PyTorch vs. TensorFlow",
        "The PyTorch ecosystem",
        "Mini project: your first AI prediction",
        "Common mistakes",
        "Best practices",
        "Exercises",
        "Quiz",
        "Interview questions",
        "FAQ",
        "Summary",
        "Next chapter",
    ]
