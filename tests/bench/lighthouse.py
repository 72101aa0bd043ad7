"""What Lighthouse says of the pages that a visitor comes to, on a simulated phone: its four scores and what they are made of.

It is fetched by npx when somebody asks for it, since it weighs 185 MB.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.person import Person

LIGHTHOUSE = "lighthouse@12.8.2"  # the last that runs on Node 20
CHROME_FLAGS = "--headless=new --no-sandbox --disable-background-networking --disable-component-update"
PAGES = {
    "home": "",
    "course": "courses/pytorch-essentials/",
    "chapter": "courses/pytorch-essentials/introduction/",
}
SCORES = ("performance", "accessibility", "best-practices", "seo")
METRICS = {
    "largest-contentful-paint": "ms",
    "total-blocking-time": "ms",
    "cumulative-layout-shift": "",
    "total-byte-weight": "bytes",
    "dom-size": "elements",
}
ROUNDS = 3
TRIES = 3


def measure(student: Person) -> Iterator[tuple[str, float, str]]:
    """The median of the rounds: `lighthouse_<page>_<score>` of 100, and beside it the metrics of that page."""
    for name, path in PAGES.items():
        reports = [ask(student.product.url + path) for _ in range(ROUNDS)]
        for score in SCORES:
            found = [100 * report["categories"][score]["score"] for report in reports]
            yield f"lighthouse_{name}_{score.replace('-', '_')}", statistics.median(found), "of 100"
        for metric, unit in METRICS.items():
            values = [report["audits"][metric]["numericValue"] for report in reports]
            yield f"lighthouse_{name}_{metric.replace('-', '_')}", statistics.median(values), unit


def ask(url: str) -> Mapping[str, Any]:
    """One report on the page. Some twenty seconds; once more where the browser began too late to be measured."""
    command = ["npx", "--yes", LIGHTHOUSE, url, "--quiet", "--output=json", f"--chrome-flags={CHROME_FLAGS}"]
    for _ in range(TRIES):
        done = subprocess.run(command, env=describe_environment(), capture_output=True, text=True, timeout=300)
        if done.returncode == 0:
            report: Mapping[str, Any] = json.loads(done.stdout)
            return report
    raise RuntimeError(f"Lighthouse gave no report on {url}: {done.stderr.strip()[-500:]}")


def describe_environment() -> dict[str, str]:
    """With the browser of the tests, and the Node that came with the Python packages where there is no other."""
    path = f"{os.environ['PATH']}{os.pathsep}{Path(sys.executable).parent}"
    return os.environ | {"CHROME_PATH": shutil.which("chromium") or "", "PATH": path}
