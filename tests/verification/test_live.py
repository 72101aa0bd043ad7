"""The whole product verifies a course, whatever of it is killed meanwhile: nothing is lost, and nothing is done twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request

import pytest
from playwright.sync_api import expect

from tests.chromium import launched
from tests.courses.texts import SVG
from tests.journeys.visits import log_in
from tests.product import ROOT, Product
from tests.verification.chapters import write

pytestmark = pytest.mark.live
CHAPTERS = 3

PUBLISH = """
import sys
from apps.courses.models import Chapter, Course
from apps.courses.publishing import publish
course = Course.objects.create(slug="small", title="Small")
for number in range(1, 5):
    Chapter.objects.create(course=course, number=number, slug=["", "first", "third", "fourth", "second"][number], title="T")
for chapter in course.chapters.exclude(slug="second"):
    publish(chapter=chapter, source=sys.argv[1], figures={"circles.svg": sys.argv[2]}, author=None, note="", base=None)
"""
COUNT = """
from apps.runs.models import Run
from apps.verification.models import Condition, Trial, Verification
course = dict(verification__chapter__course__slug="small")
print(Verification.objects.filter(chapter__course__slug="small").count(), Trial.objects.filter(**course).count(),
      Trial.objects.filter(**course).values("run").distinct().count(),
      Condition.objects.filter(chapter__course__slug="small").exclude(stamp="").count())
"""


@pytest.fixture(autouse=True)
def _services() -> None:
    """None of the tests': the product has its own."""


def begin(product: Product, *command: str) -> subprocess.Popen[str]:
    inherited = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "VALKEY_URL"}}
    plain = {name: value for name, value in inherited.items() if not name.startswith(("KINDLING_", "PYTEST_"))}
    environment = {**plain, "KINDLING_DATA": str(product.data), "PYTHONUNBUFFERED": "1"}
    # Whoever starts the tests in the background has switched SIGINT off, and children inherit that.
    return subprocess.Popen(
        ["env", "--default-signal=INT", sys.executable, *command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def run_inside(product: Product, code: str, *arguments: str) -> str:
    """In a process of its own that knows the product's database."""
    start = "import os, sys; sys.path.insert(0, 'platform'); os.environ['DJANGO_SETTINGS_MODULE'] = 'kindling.settings'"
    process = begin(product, "-c", f"{start}; import django; django.setup()\n{code}", *arguments)
    told, _ = process.communicate(timeout=180)
    assert process.returncode == 0, told
    return told


def verify(product: Product) -> subprocess.Popen[str]:
    return begin(product, "manage.py", "course", "verify", "small")


def hear(process: subprocess.Popen[str], words: str) -> None:
    assert process.stdout is not None
    assert any(words in line for line in process.stdout), f"never said “{words}”"


def test_a_course_is_verified_whatever_is_killed(live: Product) -> None:
    run_inside(live, PUBLISH, write(), SVG)
    os.kill(live.pids["control"], signal.SIGSTOP)  # nothing ends before everything else has happened
    first = verify(live)
    hear(first, "to go")
    first.send_signal(signal.SIGINT)
    told, _ = first.communicate(timeout=180)
    assert (first.returncode, "It goes on without this command" in told) == (130, True), told

    second = verify(live)
    hear(second, "under way already")
    for name in ("control", "worker", "web"):
        live.wait_for_return(name, live.kill(name))
    told, _ = second.communicate(timeout=600)
    assert second.returncode == 0, told
    assert told.count("4 of 4 passed") == CHAPTERS

    assert run_inside(live, COUNT).split() == [str(number) for number in (CHAPTERS, 12, 12, CHAPTERS)]
    with urllib.request.urlopen(f"{live.url}courses/small/first/", timeout=60) as answer:  # noqa: S310
        assert "Verified on torch " in answer.read().decode()


def test_what_is_shipped_is_verified_by_itself_after_the_start(live: Product) -> None:
    assert live.is_verified()  # it is waited for wherever the whole product is used


def test_an_editor_tries_what_they_write_and_watches(live: Product) -> None:
    complaints: list[str] = []
    with launched() as browser:
        page = browser.new_context(base_url=live.url).new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        log_in(page, live.logins["editor"])
        page.goto("/editing/small/first/trying/")
        page.get_by_role("button", name="Run everything").click()
        expect(page.get_by_role("main").get_by_role("status")).to_contain_text("4 of 4 passed")
        expect(page.get_by_role("button", name="Run everything")).to_be_focused()

        page.goto("/editing/small/first/")
        wrong = write(('print("trained")\n```\n```output\ntrained', 'print("done")\n```\n```output\ntrained'))
        page.locator("kindling-editing").evaluate("(editing, text) => editing.text.replace(text)", wrong)
        page.get_by_role("button", name="Run what changed").click()
        page.get_by_role("button", name="Take this output over").click()
        expect(page.get_by_role("button", name="Taken over")).to_be_disabled()
        right = wrong.replace("```output\ntrained", "```output\ndone")
        assert page.locator("#editing-source").input_value() == right

        page.goto("/editing/")
        expect(page.locator("#verification-badge")).to_be_visible()
    assert complaints == []
