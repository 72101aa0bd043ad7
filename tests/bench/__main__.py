"""Starts the product in a folder of its own and prints one line `name value unit` per figure."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.bench import first_loss, pages
from tests.person import Person
from tests.product import running_product


def main() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="kindling-bench-") as folder,
        running_product(Path(folder, "data")) as product,
        Person(product) as student,
    ):
        for measure in (first_loss.measure, pages.measure):
            for name, value, unit in measure(student):
                print(f"{name} {value:.4g} {unit}", flush=True)


main()
