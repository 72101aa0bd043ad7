"""What is logged to a board is shown in the run; a board's errors are TensorBoard's."""

from __future__ import annotations

import base64
import io
from typing import Any

import pytest
from PIL import Image

from tests.workers.runner.live import Runner, Told
from workers.shapes import MAX_BINS

BOARD = """
import math, os
import numpy as np, torch
from torch.utils.tensorboard import SummaryWriter
board = SummaryWriter()
"""


def _points(told: Told, name: str) -> list[list[Any]]:
    return [point for data in told.data("metric") if data["name"] == name for point in data["points"]]


def _picture(data: dict[str, Any]) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(data["png"])))


@pytest.mark.parametrize(
    "line",
    [
        "from torch.utils.tensorboard import SummaryWriter",
        "from torch.utils.tensorboard.writer import SummaryWriter",
        "from tensorboardX import SummaryWriter",
        "import torch.utils.tensorboard as board; SummaryWriter = board.SummaryWriter",
        "from torch.utils import tensorboard; SummaryWriter = tensorboard.SummaryWriter",
    ],
)
def test_it_stands_wherever_it_is_imported_from(runner: Runner, line: str) -> None:
    told = runner.run(f"{line}\nwith SummaryWriter('runs/a') as board:\n    board.add_scalar('x', 1.5, 3)")
    assert told.outcome == "succeeded", told.text()
    assert told.data("metric") == [{"name": "x", "kind": "scalar", "points": [[3, 1.5]]}]


def test_scalars_of_every_kind_become_points(runner: Runner) -> None:
    code = BOARD + (
        "values = (1, 2.0, True, np.float32(4), np.array([5.0]), torch.tensor(6.0, requires_grad=True),\n"
        "          torch.tensor([[7.0]], dtype=torch.bfloat16), math.nan, math.inf, 1.7e308)\n"
        "for step, value in enumerate(values):\n"
        "    board.add_scalar('a/b c', value, step)\n"
    )
    values = [value for _, value in _points(runner.run(code), "a/b c")]
    assert values == [1.0, 2.0, 1.0, 4.0, 5.0, 6.0, 7.0, "NaN", "Infinity", "Infinity"]


def test_steps_of_every_kind_are_counts(runner: Runner) -> None:
    code = BOARD + (
        "for step in (None, None, 7, 8.9, torch.tensor(9), np.int64(10), -1, math.nan):\n"
        "    board.add_scalar('x', 1, step)\n"
    )
    assert [step for step, _ in _points(runner.run(code), "x")] == [0, 1, 7, 8, 9, 10, 0, 0]


def test_names_are_made_fit_and_kept_apart(runner: Runner) -> None:
    code = BOARD + (
        "other = SummaryWriter('runs/other')\n"
        "board.add_scalar('loss', 1, 0)\n"
        "board.add_scalar('acc', 1, 0); other.add_scalar('acc', 2, 0)\n"
        "board.add_scalar('a\\nb', 1, 0); board.add_scalar('', 1, 0); board.add_scalar('x' * 500, 1, 0)\n"
        "board.add_scalars('both', {'train': 1, 'val': 2}, 0)\n"
    )
    names = [data["name"] for data in runner.run(code).data("metric")]
    wanted = ["loss (board)", "acc", "other/acc", "a b", "unnamed", "x" * 100, "both/train", "both/val"]
    assert sorted(names) == sorted(wanted)


def test_validation_metrics_are_told_apart(runner: Runner) -> None:
    code = (
        BOARD
        + "for n in 'val_loss valid/acc Loss/test test_acc loss/train value interval contest'.split():\n    board.add_scalar(n, 1, 0)\n"
    )
    kinds = {data["name"]: data["kind"] for data in runner.run(code).data("metric")}
    assert {name for name, kind in kinds.items() if kind == "validation"} == {
        "val_loss",
        "valid/acc",
        "Loss/test",
        "test_acc",
    }


def test_many_metrics_do_not_crowd_the_loss_out(runner: Runner) -> None:
    code = BOARD + (
        "w = torch.ones(1, requires_grad=True)\n"
        "for step in range(300):\n"
        "    (w * step).sum().backward()\n"
        "    for n in range(120):\n"
        "        board.add_scalar(f'm{n}', n, step)\n"
    )
    told = runner.run(code)
    assert [point[0] for point in _points(told, "loss")] == list(range(1, 301))
    assert [point[0] for point in _points(told, "m99")] == list(range(300))
    assert _points(told, "m100") == []
    assert told.text("stderr") == "Kindling: Only the first 100 metrics that this run logs are shown.\n"
    assert told.data("notice") == []


def test_histograms_have_a_bounded_number_of_bins_and_leave_out_what_is_no_number(runner: Runner) -> None:
    code = BOARD + (
        "torch.manual_seed(0)\n"
        "board.add_histogram('normal', torch.randn(1000), 1)\n"
        "board.add_histogram('many', np.arange(10000), bins=5000)\n"
        "board.add_histogram('own', torch.tensor([1, 2, 2, 3]), bins=[0, 1.5, 2.5, 4])\n"
        "board.add_histogram('gaps', torch.tensor([1.0, math.nan, math.inf]), 1)\n"
        "board.add_histogram('one', torch.full((9,), 1e30), 1)\n"
        "board.add_histogram('zero', torch.zeros(9), 1)\n"
        "board.add_histogram('nothing', torch.tensor(math.nan), 1)\n"
        "board.add_histogram_raw('raw', 0, 4, 3, 6, 14, list(range(1, 301)), [1] * 300)\n"
    )
    told = {data["name"]: data for data in runner.run(code).data("histogram")}
    counts = {name: sum(data["counts"]) for name, data in told.items()}
    assert counts == {"normal": 1000, "many": 10000, "own": 4, "gaps": 1, "one": 9, "zero": 9, "raw": 300}
    assert all(len(data["edges"]) == len(data["counts"]) + 1 <= MAX_BINS + 1 for data in told.values())
    assert told["own"] == {"name": "own", "step": None, "edges": [0, 1.5, 2.5, 4], "counts": [1, 2, 1]}


def test_images_become_pictures(runner: Runner) -> None:
    code = BOARD + (
        "board.add_image('chw', torch.rand(3, 20, 30), 5)\n"
        "board.add_image('grey', np.full((20, 30), 128, dtype=np.uint8), dataformats='HW')\n"
        "board.add_image('hwc', torch.rand(20, 30, 1), dataformats='HWC')\n"
        "board.add_images('ten', torch.rand(10, 1, 28, 28))\n"
        "board.add_image('nan', torch.full((3, 8, 8), math.nan))\n"
        "board.add_image_with_boxes('box', torch.zeros(3, 20, 30), torch.tensor([[2, 3, 12, 13]]))\n"
    )
    told = {data["name"]: data for data in runner.run(code).data("figure")}
    sizes = {name: _picture(data).size for name, data in told.items()}
    assert sizes == {
        "chw": (30, 20),
        "grey": (30, 20),
        "hwc": (30, 20),
        "ten": (224, 56),
        "nan": (8, 8),
        "box": (30, 20),
    }
    assert {name: (data["width"], data["height"]) for name, data in told.items()} == sizes
    assert told["chw"]["step"] == 5
    assert _picture(told["grey"]).getpixel((3, 3)) == 128
    assert _picture(told["box"]).convert("RGB").getpixel((2, 8)) == (255, 0, 0)


def test_figures_of_a_board_are_shown_once(runner: Runner) -> None:
    code = BOARD + (
        "import matplotlib.pyplot as plt\n"
        "figure, axes = plt.subplots(); axes.plot([1, 2])\n"
        "board.add_figure('curve', figure, 4)\n"
        "print(plt.get_fignums())\n"
    )
    told = runner.run(code)
    assert [(data["name"], data["step"]) for data in told.data("figure")] == [("curve", 4)]
    assert told.text() == "[]\n"


def test_texts_and_hyperparameters_are_texts(runner: Runner) -> None:
    code = (
        BOARD
        + "board.add_text('note', 'hello', 2)\nboard.add_text('long', 'x' * 9000)\nboard.add_hparams({'lr': 0.1}, {'final/acc': 0.9})\n"
    )
    told = runner.run(code)
    texts = {data["name"]: data["text"] for data in told.data("text")}
    assert texts == {"note": "hello", "long": "x" * 4999 + "…", "hyperparameters": "lr: 0.1\nfinal/acc: 0.9"}
    assert _points(told, "final/acc") == [[0, 0.9]]


def test_what_is_not_shown_is_said_once_and_harms_nothing(runner: Runner) -> None:
    code = BOARD + (
        "for _ in range(2):\n"
        "    board.add_graph(torch.nn.Linear(1, 1), torch.ones(1, 1)); board.add_embedding(torch.ones(2, 2))\n"
        "    board.add_video('v', torch.ones(1, 1, 3, 2, 2), fps=4); board.add_audio('a', torch.ones(9), sample_rate=9)\n"
        "    board.add_pr_curve('p', torch.ones(2), torch.ones(2)); board.add_mesh('m', torch.ones(1, 2, 3))\n"
        "    board.add_custom_scalars({}); board.add_tensor('t', torch.ones(2))\n"
    )
    told = runner.run(code)
    assert told.outcome == "succeeded"
    lines = told.text("stderr").splitlines()
    assert [line.split()[1] for line in lines] == [
        f"SummaryWriter.add_{what}" for what in ("graph", "embedding", "video", "audio", "pr_curve", "mesh", "tensor")
    ]


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ("add_scalar('x', torch.ones(2), 0)", "AssertionError: Tensor should contain one element"),
        ("add_scalar('x', None)", "NotImplementedError: Got <class 'NoneType'>"),
        ("add_scalar('x', 'many')", "ValueError"),
        ("add_scalar()", "TypeError"),
        ("add_histogram('x', torch.ones(0))", "ValueError: The input has no element."),
        ("add_histogram_raw('x', 0, 1, 1, 1, 1, [1, 2], [1])", "ValueError: len(bucket_limits) != len(bucket_counts)"),
        ("add_image('x', torch.ones(3, 3))", "AssertionError: size of input tensor and input format are different"),
        ("add_image('x', torch.ones(3, 3, 3), dataformats='HHW')", "AssertionError: You can not use the same"),
        ("add_hparams([], {})", "TypeError: hparam_dict and metric_dict should be dictionary."),
        ("add_custom_scalars_marginchart([1])", "AssertionError: Expected 3 tags, got 1."),
    ],
)
def test_bad_arguments_are_refused_as_by_tensorboard(runner: Runner, call: str, error: str) -> None:
    told = runner.run(BOARD + f"board.{call}\n")
    assert told.outcome == "failed"
    assert told.message.startswith(error)
    assert "workers" not in told.text("stderr")


def test_a_board_takes_no_other_options(runner: Runner) -> None:
    assert runner.run(BOARD + "SummaryWriter(nonsense=1)").message.startswith("TypeError")


def test_what_a_forked_worker_logs_is_not_mixed_in(runner: Runner) -> None:
    code = BOARD + (
        "board.add_scalar('x', 1, 0)\n"
        "if os.fork() == 0:\n"
        "    board.add_scalar('x', 2, 1); board.add_text('t', 'child'); os._exit(0)\n"
        "os.wait()\n"
        "board.add_scalar('x', 3, 2)\n"
    )
    told = runner.run(code)
    assert _points(told, "x") == [[0, 1.0], [2, 3.0]]
    assert told.data("text") == []


def test_a_board_is_heard_while_the_run_goes_on(runner: Runner) -> None:
    code = BOARD + "import time\nboard.add_scalar('x', 1, 0)\ntime.sleep(0.5)\nprint('slept')"
    types = [event.type for event in runner.run(code).events]
    assert types.index("metric") < types.index("stdout")


def test_a_board_has_a_folder_and_outlives_its_close(runner: Runner) -> None:
    code = BOARD + (
        "board.flush(); board.close(); board.close(); board.add_scalar('x', 1, 0)\n"
        "print(os.path.isdir(board.log_dir), board.log_dir.startswith('runs/'), board.get_logdir() == board.log_dir)\n"
        "print(SummaryWriter('here').log_dir, SummaryWriter(log_dir='runs/b').log_dir)\n"
        "print(SummaryWriter(comment='-lr').log_dir.endswith('kindling-lr'))\n"
    )
    told = runner.run(code)
    assert told.text() == "True True True\nhere runs/b\nTrue\n"
    assert _points(told, "x") == [[0, 1.0]]
