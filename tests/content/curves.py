"""Records what the projects of the shipped chapters measure, beside their text: `make curves`."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import django

from apps.courses.dialect import CurveFacts, ProjectFacts
from apps.courses.dialect.curves import MOST_POINTS, name_file, write_curves
from tests.content.chapters import FOLDERS, read_chapter
from tests.workers.runner.live import Runner, started

KINDS = ("loss", "validation")
"""What comes out the same each time; other metrics are measured as often as there is time to."""


def find_file(folder: Path, key: str) -> Path:
    return folder / name_file(key)


def find_code(facts: ProjectFacts) -> str:
    return facts["solution"] or facts["code"]


def measure(runner: Runner, facts: ProjectFacts) -> list[CurveFacts]:
    """The curves of a run in a real sandbox."""
    told = runner.start(find_code(facts)).rest()
    assert told.outcome == "succeeded", told.text()
    metrics = dict.fromkeys((each["name"], each["kind"]) for each in told.data("metric") if each["kind"] in KINDS)
    return [CurveFacts(name=name, kind=kind, points=thin(told.points(name))) for name, kind in metrics]


def thin(points: list[list[Any]]) -> list[tuple[int, float]]:
    """So many of them as are drawn, with both ends: half at even distances, half of them closer the earlier they are,
    because losses fall fastest at first."""
    last, half = len(points) - 1, MOST_POINTS // 2
    even = {round(last * at / (half - 1)) for at in range(half)}
    early = {round((last + 1) ** (at / (half - 1))) - 1 for at in range(half)}
    places = sorted(even | early) if last >= MOST_POINTS else range(last + 1)
    return [(int(points[place][0]), float(points[place][1])) for place in places]


def record(runner: Runner, folder: Path) -> None:
    for key, facts in read_chapter(folder).projects.items():
        find_file(folder, key).write_text(write_curves(find_code(facts), measure(runner, facts)))
        print(find_file(folder, key).relative_to(folder.parent))


if __name__ == "__main__":
    # Chapters are rendered with Django's templates; no database is asked.
    os.environ |= {"DJANGO_SETTINGS_MODULE": "kindling.settings", "KINDLING_SECRET_KEY": "-"}
    django.setup()
    with tempfile.TemporaryDirectory() as place, started(Path(place)) as runner:
        for folder in FOLDERS:
            record(runner, folder)
