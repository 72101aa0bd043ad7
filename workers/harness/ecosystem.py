"""What a run shows beside what the meter measures: what the student's other libraries have to say, and a diagnosis."""

from __future__ import annotations

from collections.abc import Callable

from workers.harness import boards, diagnosis
from workers.harness.bars import BARS
from workers.harness.figures import FIGURES
from workers.harness.logbook import LOGBOOK


def install(steps: Callable[[], int]) -> None:
    """In the zygote, once. `steps` answers how many steps the training of the run has made: optimiser steps, or
    backward passes where no optimiser is used."""
    LOGBOOK.install(steps)
    BARS.install()
    boards.install()
    FIGURES.install()
    diagnosis.install()
