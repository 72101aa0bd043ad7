"""A `SummaryWriter` that shows what it is given in the run itself, in place of TensorBoard, which is not installed.

It takes the calls of `torch.utils.tensorboard.SummaryWriter` (and so of tensorboardX), and refuses bad arguments as that
does. Of a board's data nothing is written to files; its folder is made, for whoever looks for it.
"""

from __future__ import annotations

import os
import socket
import sys
import types
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray

from workers.harness import pictures
from workers.harness.logbook import LOGBOOK, fit_name
from workers.harness.reporter import REPORTER
from workers.shapes import MAX_BINS, MAX_COUNT, MAX_TEXT

_BINS = 64
_folders: list[str] = []
"""Of the boards of this run: two boards may use the same tags, and their curves are told apart by their folders."""


class SummaryWriter:
    """A board of one folder. Values may be Python's, numpy's or torch's; steps may be missing or no integers."""

    def __init__(
        self,
        log_dir: str | os.PathLike[str] | None = None,
        comment: str = "",
        purge_step: int | None = None,
        max_queue: int = 10,
        flush_secs: int = 120,
        filename_suffix: str = "",
        logdir: str | os.PathLike[str] | None = None,
        write_to_disk: bool = True,
    ) -> None:
        """`logdir` and `write_to_disk` are tensorboardX's."""
        self.purge_step, self.max_queue, self.flush_secs = purge_step, max_queue, flush_secs
        self.filename_suffix = filename_suffix
        self.log_dir = os.fspath(log_dir or logdir or _default_folder(comment))
        Path(self.log_dir).mkdir(parents=True, exist_ok=True)
        if self.log_dir not in _folders:
            _folders.append(self.log_dir)

    @property
    def logdir(self) -> str:
        """tensorboardX's name for it."""
        return self.log_dir

    def get_logdir(self) -> str:
        """The board's folder."""
        return self.log_dir

    def add_scalar(
        self,
        tag: str,
        scalar_value: Any,
        global_step: Any = None,
        walltime: float | None = None,
        new_style: bool = False,
        double_precision: bool = False,
    ) -> None:
        """A point of a metric."""
        self._number(str(tag), scalar_value, global_step)

    def add_scalars(
        self,
        main_tag: str,
        tag_scalar_dict: Mapping[str, Any],
        global_step: Any = None,
        walltime: float | None = None,
    ) -> None:
        """A point of each of several metrics."""
        for tag, value in tag_scalar_dict.items():
            self._number(f"{main_tag}/{tag}", value, global_step)

    def add_hparams(
        self,
        hparam_dict: dict[str, Any],
        metric_dict: dict[str, Any],
        hparam_domain_discrete: dict[str, Any] | None = None,
        run_name: str | None = None,
        global_step: Any = None,
    ) -> None:
        """Settings and what came of them, as a text, and the results as metrics."""
        if type(hparam_dict) is not dict or type(metric_dict) is not dict:
            raise TypeError("hparam_dict and metric_dict should be dictionary.")
        rows = [f"{name}: {value}" for part in (hparam_dict, metric_dict) for name, value in part.items()]
        self.add_text("hyperparameters", "\n".join(rows), global_step)
        for name, value in metric_dict.items():
            self._number(str(name), value, global_step)

    def add_histogram(
        self,
        tag: str,
        values: Any,
        global_step: Any = None,
        bins: Any = "tensorflow",
        walltime: float | None = None,
        max_bins: int | None = None,
    ) -> None:
        """How values are distributed; those that are not finite are counted out."""
        numbers = as_array(values).astype(float).reshape(-1)
        if numbers.size == 0:
            raise ValueError("The input has no element.")
        finite = numbers[np.isfinite(numbers)]
        if finite.size < numbers.size:
            LOGBOOK.remark(f"The histogram {tag!r} leaves out values that are NaN or infinite.")
        if finite.size:
            counts, edges = _counted(finite, bins, max_bins)
            self._histogram(tag, counts, edges, global_step)

    def add_histogram_raw(
        self,
        tag: str,
        min: float,
        max: float,
        num: float,
        sum: float,
        sum_squares: float,
        bucket_limits: Any,
        bucket_counts: Any,
        global_step: Any = None,
        walltime: float | None = None,
    ) -> None:
        """A histogram that was counted already; the limits are the right ends of its bins."""
        if len(bucket_limits) != len(bucket_counts):
            raise ValueError("len(bucket_limits) != len(bucket_counts), see the document.")
        edges = np.clip(np.array([min, *as_array(bucket_limits)], dtype=float), -1e300, 1e300)
        counts = as_array(bucket_counts).astype(float)
        group = -(-len(counts) // MAX_BINS)
        if group > 1:
            counts = np.add.reduceat(counts, np.arange(0, len(counts), group))
            edges = np.append(edges[:-1:group], edges[-1])
        self._histogram(tag, counts, edges, global_step)

    def add_image(
        self,
        tag: str,
        img_tensor: Any,
        global_step: Any = None,
        walltime: float | None = None,
        dataformats: str = "CHW",
    ) -> None:
        """A picture: floats from 0 to 1, or bytes."""
        pictures.show(fit_name(str(tag)), pictures.from_array(as_array(img_tensor), dataformats), _step(global_step))

    def add_images(
        self,
        tag: str,
        img_tensor: Any,
        global_step: Any = None,
        walltime: float | None = None,
        dataformats: str = "NCHW",
    ) -> None:
        """Several pictures, side by side."""
        self.add_image(tag, img_tensor, global_step, walltime, dataformats)

    def add_image_with_boxes(
        self,
        tag: str,
        img_tensor: Any,
        box_tensor: Any,
        global_step: Any = None,
        walltime: float | None = None,
        rescale: float = 1,
        dataformats: str = "CHW",
        labels: Any = None,
    ) -> None:
        """A picture with rectangles: left, top, right, bottom, each."""
        picture = pictures.from_array(as_array(img_tensor), dataformats)
        named = [labels] if isinstance(labels, str) else labels
        pictures.draw_boxes(picture, as_array(box_tensor), named)
        pictures.show(fit_name(str(tag)), picture, _step(global_step))

    def add_figure(
        self, tag: str, figure: Any, global_step: Any = None, close: bool = True, walltime: float | None = None
    ) -> None:
        """A figure of matplotlib's, or a list of them; closed afterwards, unless told."""
        from workers.harness.figures import FIGURES

        for one in figure if isinstance(figure, list) else [figure]:
            FIGURES.show(one, name=fit_name(str(tag)), step=_step(global_step))
            if close:
                FIGURES.close(one)

    def add_text(self, tag: str, text_string: str, global_step: Any = None, walltime: float | None = None) -> None:
        """A text; a long one is cut."""
        text = str(text_string)
        if len(text) > MAX_TEXT:
            text = text[: MAX_TEXT - 1] + "…"
        self._piece("text", {"name": fit_name(str(tag)), "step": _step(global_step), "text": text})

    def add_tensor(self, tag: str, tensor: Any, global_step: Any = None, walltime: float | None = None) -> None:
        """Not shown."""
        _say_not_shown("add_tensor", "log a histogram or an image of it instead")

    def add_video(self, *args: Any, **kwargs: Any) -> None:
        """Not shown."""
        _say_not_shown("add_video", "log single images instead")

    def add_audio(self, *args: Any, **kwargs: Any) -> None:
        """Not shown."""
        _say_not_shown("add_audio", "draw its wave as a figure instead")

    def add_graph(self, *args: Any, **kwargs: Any) -> None:
        """Not shown: the run's own graph is."""
        _say_not_shown("add_graph", "the graph of the first backward pass is shown by itself")

    def add_onnx_graph(self, *args: Any, **kwargs: Any) -> None:
        """Not shown."""
        _say_not_shown("add_onnx_graph", "the graph of the first backward pass is shown by itself")

    def add_embedding(self, *args: Any, **kwargs: Any) -> None:
        """Not shown."""
        _say_not_shown("add_embedding", "draw two of its dimensions as a figure instead")

    def add_pr_curve(self, *args: Any, **kwargs: Any) -> None:
        """Not shown."""
        _say_not_shown("add_pr_curve", "draw the curve as a figure instead")

    def add_pr_curve_raw(self, *args: Any, **kwargs: Any) -> None:
        """Not shown."""
        self.add_pr_curve()

    def add_mesh(self, *args: Any, **kwargs: Any) -> None:
        """Not shown."""
        _say_not_shown("add_mesh", "draw it as a figure instead")

    def add_custom_scalars(self, layout: Any) -> None:
        """Nothing: every metric has its own curve here."""

    def add_custom_scalars_multilinechart(self, tags: Any, category: str = "", title: str = "") -> None:
        """Nothing: every metric has its own curve here."""

    def add_custom_scalars_marginchart(self, tags: Any, category: str = "", title: str = "") -> None:
        """Nothing: every metric has its own curve here."""
        if len(tags) != 3:
            raise AssertionError(f"Expected 3 tags, got {len(tags)}.")

    def flush(self) -> None:
        """Nothing waits here that would need it."""

    def close(self) -> None:
        """A board may be written to again after it: TensorBoard's may."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _number(self, tag: str, value: Any, step: Any) -> None:
        place = _folders.index(self.log_dir) if self.log_dir in _folders else 0
        name = tag if place == 0 else f"{Path(self.log_dir).name}/{tag}"
        LOGBOOK.number("board" if place == 0 else f"board {place + 1}", name, _step(step), as_number(value))

    def _histogram(self, tag: str, counts: NDArray[Any], edges: NDArray[Any], step: Any) -> None:
        """Six digits are more than can be seen, and a third of the bytes."""
        told = {
            "name": fit_name(str(tag)),
            "step": _step(step),
            "edges": [float(f"{edge:.6g}") for edge in edges],
            "counts": [float(count) if count % 1 else int(count) for count in counts],
        }
        self._piece("histogram", told)

    def _piece(self, type_: str, data: dict[str, Any]) -> None:
        if not LOGBOOK.piece(type_, data):
            LOGBOOK.remark(f"Not every {type_} that this run logs is shown: log them less often to see all of them.")


def install() -> None:
    """Put the board where the code of others looks for it, for the life of this process and its forks."""
    REPORTER.on_begin(_folders.clear)
    for name in ("torch.utils.tensorboard", "torch.utils.tensorboard.writer", "tensorboardX", "tensorboardX.writer"):
        module = types.ModuleType(name, "Kindling shows what is logged to it in the run.")
        module.SummaryWriter = SummaryWriter  # type: ignore[attr-defined]
        module.__path__ = []
        sys.modules[name] = module
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], child, module)
    SummaryWriter.__module__ = "torch.utils.tensorboard.writer"


def as_array(value: Any) -> NDArray[Any]:
    """As TensorBoard takes values: arrays, tensors and scalars, and nothing else. Raises `NotImplementedError`."""
    if isinstance(value, np.ndarray):
        return value
    if np.isscalar(value):
        return np.array([value])
    if isinstance(value, torch.Tensor):
        plain = value.detach().cpu()
        return np.asarray(plain.float() if plain.dtype == torch.bfloat16 else plain)
    if isinstance(value, list | tuple) and all(isinstance(part, int | float) for part in value):
        return np.array(value)
    raise NotImplementedError(f"Got {type(value)}, but numpy array or torch tensor are expected.")


def as_number(value: Any) -> float:
    """The one number in it. Raises `AssertionError` when there are more, as TensorBoard does."""
    array = as_array(value).squeeze()
    if array.ndim != 0:
        raise AssertionError(
            f"Tensor should contain one element (0 dimensions). Was given size: {array.size} and {array.ndim} dimensions."
        )
    return float(array)


def _step(step: Any) -> int | None:
    """Steps are counts here; a fraction of an epoch is cut."""
    if step is None:
        return None
    number = as_number(step)
    return max(0, min(int(number), MAX_COUNT)) if np.isfinite(number) else 0


def _counted(values: NDArray[Any], bins: Any, most: int | None) -> tuple[NDArray[Any], NDArray[Any]]:
    """In the student's own bins as far as they can be told; TensorBoard's default has 1,549, most of them always empty."""
    limit = min(most or MAX_BINS, MAX_BINS)
    if isinstance(bins, Iterable) and not isinstance(bins, str):
        own = np.asarray(bins, dtype=float)
        return np.histogram(values, bins=own if len(own) <= limit + 1 else np.linspace(own[0], own[-1], limit + 1))
    count = max(1, min(bins if isinstance(bins, int) else _BINS, limit))
    low, high = np.clip(values.min(), -1e300, 1e300), np.clip(values.max(), -1e300, 1e300)
    least = max(abs(low), abs(high)) / 1000 or 0.5
    if high - low < least:  # as good as one value: a bar of some width, since there are no numbers for a thinner one
        low, high = low - least, high + least
    return np.histogram(np.clip(values, low, high), bins=count, range=(low, high))


def _default_folder(comment: str) -> str:
    return str(Path("runs") / f"{datetime.now():%b%d_%H-%M-%S}_{socket.gethostname()}{comment}")


def _say_not_shown(call: str, instead: str) -> None:
    LOGBOOK.remark(f"SummaryWriter.{call} is not shown here; {instead}.")
