"""Figures are shown where they are shown or saved, fit into an event, and do not flood."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.workers.runner.live import Runner
from workers.harness.pictures import MAX_PNG_BYTES, fit

PLOT = "import io, os, time\nimport numpy as np\nimport matplotlib.pyplot as plt\nplt.plot([1, 3, 2])\n"


def _named(told: Any) -> list[str]:
    return [data["name"] for data in told.data("figure")]


def test_a_shown_figure_is_a_picture_of_its_size(runner: Runner) -> None:
    (figure,) = runner.run(PLOT + "plt.show()").data("figure")
    picture = Image.open(io.BytesIO(base64.b64decode(figure["png"])))
    assert picture.size == (figure["width"], figure["height"]) == (640, 480)
    assert len(set(np.asarray(picture.convert("RGB")).reshape(-1, 3)[:, 2])) > 2


def test_showing_closes_as_windows_are_closed(runner: Runner) -> None:
    told = runner.run(PLOT + "plt.show()\nplt.show()\nprint(plt.get_fignums())\nplt.plot([2, 1])\nplt.show()")
    assert _named(told) == ["Figure 1", "Figure 2"]
    assert told.text() == "[]\n"


def test_a_figure_left_open_is_shown_at_the_end(runner: Runner) -> None:
    assert _named(runner.run(PLOT + "plt.figure()\nplt.figure(); plt.plot([1])")) == ["Figure 1", "Figure 2"]


def test_a_figure_left_open_by_code_that_failed_is_shown(runner: Runner) -> None:
    told = runner.run(PLOT + "1 / 0")
    assert (told.outcome, _named(told)) == ("failed", ["Figure 1"])


@pytest.mark.parametrize("ending", ["png", "pdf", "svg", "jpg"])
def test_a_saved_figure_is_written_and_shown_once(runner: Runner, ending: str) -> None:
    told = runner.run(
        PLOT + f"plt.savefig('curve.{ending}', dpi=50)\nprint(os.path.getsize('curve.{ending}') > 500)\nplt.show()"
    )
    assert (told.text("stdout"), _named(told)) == ("True\n", [f"curve.{ending}"])


def test_a_file_without_an_ending_gets_one(runner: Runner) -> None:
    assert _named(runner.run(PLOT + "plt.savefig('curve')")) == ["curve.png"]


def test_a_figure_saved_to_memory_is_shown_at_the_end_only(runner: Runner) -> None:
    assert _named(runner.run(PLOT + "plt.savefig(io.BytesIO())")) == ["Figure 1"]


def test_a_figure_that_changed_is_shown_again(runner: Runner) -> None:
    code = (
        PLOT + "plt.gcf().show(); time.sleep(0.6); plt.plot([4]); plt.gcf().show(); time.sleep(0.6); plt.gcf().show()"
    )
    assert _named(runner.run(code)) == ["Figure 1", "Figure 1"]


def test_an_animation_is_shown_now_and_then_and_in_its_last_state(runner: Runner) -> None:
    code = PLOT + (
        "plt.ion()\n"
        "for n in range(25):\n"
        "    plt.clf(); plt.plot([n, n]); plt.ylim(0, 30); plt.pause(0.001)\n"
        "plt.savefig('last.png')\n"
    )
    told = runner.run(code)
    frames = [data["png"] for data in told.data("figure") if data["name"] == "Figure 1"]
    (last,) = (data["png"] for data in told.data("figure") if data["name"] == "last.png")
    assert 1 < len(frames) < 20
    shown, saved = (
        np.asarray(Image.open(io.BytesIO(base64.b64decode(png))).convert("L")) for png in (frames[-1], last)
    )
    assert np.array_equal(shown, saved)


def test_an_empty_figure_is_explained(runner: Runner) -> None:
    told = runner.run(PLOT + "plt.show()\nplt.savefig('late.png')")
    assert _named(told) == ["Figure 1"]
    assert "plt.show() closes what it has shown" in told.text("stderr")


def test_very_many_figures_are_not_all_shown(runner: Runner) -> None:
    """4 MB of a run's pictures are taken; these are 5."""
    code = (
        "import torch\nfrom torch.utils.tensorboard import SummaryWriter\nboard = SummaryWriter()\n"
        "for n in range(90): board.add_image(f'noise {n}', torch.rand(3, 120, 120))"
    )
    told = runner.run(code)
    assert told.outcome == "succeeded"
    assert 40 <= len(_named(told)) < 90
    assert told.text("stderr").count("not all of them are shown") == 1
    assert told.data("notice") == []


def test_a_figure_too_rich_for_an_event_is_made_to_fit(runner: Runner) -> None:
    (figure,) = runner.run(PLOT + "plt.imshow(np.random.rand(600, 800, 3))\nplt.show()").data("figure")
    assert 200 < figure["width"] < 640


def test_noise_fits_and_plain_drawings_stay_as_they_are() -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (2000, 3000, 4), dtype=np.uint8))
    png, width, height = fit(noise)
    assert len(png) <= MAX_PNG_BYTES
    assert width / height == pytest.approx(1.5, rel=0.02)
    plain = Image.new("RGBA", (800, 600), "white")
    assert fit(plain)[1:] == (800, 600)


def test_what_draws_badly_fails_where_it_is_shown_and_only_speaks_at_the_end(runner: Runner) -> None:
    bad = PLOT + "plt.title('$\\\\frac{1}$')\n"
    assert runner.run(bad + "plt.show()").outcome == "failed"
    told = runner.run(bad)
    assert told.outcome == "succeeded"
    assert "Figure 1 could not be drawn" in told.text("stderr")


@pytest.mark.parametrize("backend", ["TkAgg", "QtAgg", "MacOSX", "nbagg"])
def test_windows_that_code_asks_for_are_figures_here(runner: Runner, backend: str) -> None:
    told = runner.run(f"import matplotlib\nmatplotlib.use('{backend}')\n" + PLOT + "plt.show()")
    assert (told.outcome, _named(told), told.text()) == ("succeeded", ["Figure 1"], "")


def test_a_backend_that_does_not_exist_fails_as_ever(runner: Runner) -> None:
    assert runner.run("import matplotlib\nmatplotlib.use('nonsense')").message.startswith("ValueError: ")


def test_a_file_whose_ending_is_not_true_is_drawn(runner: Runner) -> None:
    assert _named(runner.run(PLOT + "plt.savefig('odd.png', format='svg')")) == ["odd.png"]


@pytest.mark.parametrize("last", ["plt.show()", "plt.savefig('a.png')", "plt.savefig('a.svg')"])
def test_a_warning_names_the_student_s_line(runner: Runner, last: str) -> None:
    warned = runner.run(PLOT + "plt.title('训')\n" + last).text("stderr")
    assert warned.startswith("listing.py:6: UserWarning: Glyph 35757")
    assert last in warned
    assert "workers" not in warned


def test_the_rest_of_matplotlib_is_as_ever(runner: Runner) -> None:
    code = PLOT + (
        "import matplotlib, threading, inspect\n"
        "plt.savefig('a.png', dpi=50); print(plt.imread('a.png').shape)\n"
        "figure = plt.gcf(); print(figure.dpi, figure.get_size_inches(), figure.canvas.get_width_height())\n"
        "print(matplotlib.get_backend().lower(), threading.active_count(), plt.isinteractive())\n"
        "print('savefig' in inspect.getsource(matplotlib.figure.Figure.savefig))\n"
        "matplotlib.use('Agg')\n"
    )
    told = runner.run(code)
    assert told.outcome == "succeeded", told.text()
    assert told.text("stdout") == "(240, 320, 4)\n100.0 [6.4 4.8] (640, 480)\nagg 1 False\nTrue\n"


def test_the_first_figure_of_a_run_does_not_look_for_fonts(runner: Runner) -> None:
    code = (
        PLOT
        + "import matplotlib.font_manager as fonts\nplt.show()\nprint(os.path.exists(os.path.expanduser('~/.cache/matplotlib')), len(fonts.fontManager.ttflist) > 10)"
    )
    assert runner.run(code).text() == "False True\n"


def test_a_run_inherits_no_open_file(runner: Runner) -> None:
    """Files that are open across a fork share one position with every other run of the slot."""
    code = "import os\nfor n in os.listdir('/proc/self/fd'):\n    try: print(os.readlink(f'/proc/self/fd/{n}'))\n    except OSError: pass"
    opened = runner.run(code).text().split()
    assert [path for path in opened if path.startswith("/") and path not in ("/dev/null", "/proc/1/fd")] == []
