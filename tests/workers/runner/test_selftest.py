"""The self-test's answer, and that without a sandbox nothing runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.workers.runner.live import ROOT, Runner


def test_it_names_the_tier() -> None:
    done = _self_test("/usr/bin:/bin")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("T1 · ")


def test_it_needs_neither_torch_nor_the_broker() -> None:
    code = "import sys, workers.runner.__main__\nprint([name for name in ('torch', 'numpy', 'celery', 'redis', 'django') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_it_says_in_one_sentence_why_a_machine_cannot(broken: str) -> None:
    done = _self_test(broken)
    assert done.returncode == 1
    assert done.stdout.startswith("T3 · this machine cannot run code safely: ")
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""


def test_a_machine_that_cannot_refuses_every_run(tmp_path: Path, broken: str) -> None:
    runner = Runner(tmp_path, path=broken)
    try:
        told = runner.run("print('must not run')")
        assert told.outcome == "refused"
        assert told.message == f"This machine cannot run code safely, so your code was not run: {_reason(broken)}."
        assert told.events == []
        assert (runner.survey().tier, runner.survey().refusal) == ("", _reason(broken))
    finally:
        runner.close()


@pytest.mark.parametrize(
    ("tier", "reason"), [("T0", "this is not inside gVisor (T0)"), ("T2", "this is not inside a container (T2)")]
)
def test_a_tier_that_is_forced_must_hold_all_the_same(tier: str, reason: str) -> None:
    done = _self_test("/usr/bin:/bin", "--tier", tier)
    assert (done.returncode, done.stdout) == (1, f"T3 · this machine cannot run code safely: {reason}.\n")


def test_a_tier_that_is_forced_and_holds_is_taken() -> None:
    assert _self_test("/usr/bin:/bin", "--tier", "T1b").stdout.startswith("T1b · bubblewrap outside, Landlock")


@pytest.fixture
def broken(tmp_path: Path) -> str:
    """A PATH with a bubblewrap that cannot do its work."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "bwrap").write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    (folder / "bwrap").chmod(0o755)
    return f"{folder}:/usr/bin:/bin"


def _reason(path: str) -> str:
    return _self_test(path).stdout.strip().removeprefix("T3 · this machine cannot run code safely: ").rstrip(".")


def _self_test(path: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "workers.runner", "--self-test", *options]
    return subprocess.run(command, cwd=ROOT, env={"PATH": path}, capture_output=True, text=True, timeout=120)
