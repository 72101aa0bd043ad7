"""Prints one line `name value unit` per figure; `python -m tests.bench runner streams` measures only those.

Every figure stands beside a floor that was measured in the same run: the machine is shared, ratios are not.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench import (
    discussions,
    first_loss,
    flow,
    history,
    lab,
    lighthouse,
    notices,
    overhead,
    pages,
    runner,
    search,
    streams,
)
from tests.person import Person
from tests.product import running_product

Figures = Iterator[tuple[str, float, str]]

ALONE: dict[str, Callable[[], Figures]] = {
    "runner": runner.measure,
    "overhead": overhead.measure,
    "flow": flow.measure,
    "streams": streams.measure,
    "lab": lab.measure,
}
"""What needs no product: each starts the parts that it measures."""

ON_THE_PRODUCT: dict[str, Callable[[Person], Figures]] = {
    "first_loss": first_loss.measure,
    "pages": pages.measure,
    "history": history.measure,
    "lighthouse": lighthouse.measure,
    "notices": notices.measure,
    "discussions": discussions.measure,  # from here on they fill the database
    "search": search.measure,
}


def main() -> None:
    wanted = sys.argv[1:] or [*ON_THE_PRODUCT, *ALONE]
    if unknown := set(wanted) - {*ALONE, *ON_THE_PRODUCT}:
        sys.exit(
            f"There is no bench {', '.join(sorted(unknown))}: name some of {', '.join([*ON_THE_PRODUCT, *ALONE])}."
        )
    if any(name in ON_THE_PRODUCT for name in wanted):
        measure_product([measure for name, measure in ON_THE_PRODUCT.items() if name in wanted])
    for name, measure in ALONE.items():
        if name in wanted:
            tell(measure())


def measure_product(measures: list[Callable[[Person], Figures]]) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="kindling-bench-") as folder,
        running_product(Path(folder, "data")) as product,
        Person(product) as student,
    ):
        for measure in measures:
            tell(measure(student))


def tell(figures: Figures) -> None:
    for name, value, unit in figures:
        print(f"{name} {value:.4g} {unit}".rstrip(), flush=True)


main()
