"""The real command against the whole product: what a person sees, and what their shell is told."""

from __future__ import annotations

import os
import pty
import re
import signal
import stat
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.client.terminal import Terminal, make_token
from tests.product import Product

TRAINING = """
import torch
x = torch.linspace(-1, 1, 64).unsqueeze(1)
model = torch.nn.Linear(1, 1)
optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
for step in range(400):
    loss = ((model(x) - 3 * x) ** 2).mean()
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
print("trained")
"""
COUNTING = """
import time
for number in range(40):
    print(number)
    time.sleep(0.1)
"""


@pytest.fixture(scope="module")
def secret(live: Product) -> str:
    return make_token(live)


@pytest.fixture
def terminal(live: Product, secret: str, tmp_path: Path) -> Terminal:
    """Logged in."""
    terminal = Terminal(tmp_path)
    done = terminal.call("login", "--site", live.url, given=f"{secret}\n")
    assert done.returncode == 0, done.stderr
    return terminal


def find_id(told: str) -> str:
    found = re.search(r"/runs/([0-9a-f-]{36})/", told)
    assert found, told
    return found[1]


def test_a_token_is_kept_for_its_owner_only(terminal: Terminal) -> None:
    file = terminal.home / ".config" / "kindling" / "login.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_who_has_no_token_is_told_how_to_get_one(terminal: Terminal, live: Product, tmp_path: Path) -> None:
    stranger = Terminal(tmp_path / "elsewhere")
    stranger.home.mkdir()
    done = stranger.call("runs")
    assert (done.returncode, done.stderr) == (77, "kindling: You are not logged in. Run `kindling login` first.\n")
    done = stranger.call("login", "--site", live.url, given="kdl_wrong\n")
    assert (done.returncode, "Make a new one on the page" in done.stderr) == (77, True)
    assert not (stranger.home / ".config").exists()


def test_a_script_that_succeeds(terminal: Terminal) -> None:
    done = terminal.call("run", terminal.write("import sys\nprint('out')\nprint('err', file=sys.stderr)"))
    assert (done.returncode, done.stdout) == (0, "out\n")
    assert "err\n" in done.stderr
    run = find_id(done.stderr)
    assert terminal.show(run)["state"] == "succeeded"
    assert terminal.call("log", run).stdout in ("out\nerr\n", "err\nout\n")
    assert run in terminal.call("runs").stdout


@pytest.mark.parametrize(
    ("code", "status", "told"),
    [
        ("import sys; sys.exit(3)", 3, "failed"),
        ("raise ValueError('no')", 1, "ValueError: no"),
        ("import time; time.sleep(60)", 124, "time was up"),
    ],
)
def test_a_script_that_does_not(terminal: Terminal, code: str, status: int, told: str) -> None:
    done = terminal.call("run", terminal.write(code), "--limit", "wall_s=3")
    assert (done.returncode, told in done.stderr) == (status, True), done.stderr


def test_a_request_that_is_refused(terminal: Terminal) -> None:
    script = terminal.write("print(1)")
    done = terminal.call("run", script, "--limit", "wall_s=99999")
    assert (done.returncode, "Choose one from" in done.stderr) == (65, True)
    assert terminal.call("run", script, "--project", "no/such/project").returncode == 66
    assert terminal.call("run", "no-such-file.py").returncode == 66


def test_ctrl_c_stops_the_run_and_waits_for_its_end(terminal: Terminal) -> None:
    process = terminal.begin("run", terminal.write("import time\nprint('ready')\ntime.sleep(100)"))
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "stopping the run" in told
    assert terminal.show(find_id(told))["state"] == "stopped"


def test_a_run_outlives_its_line(terminal: Terminal, live: Product) -> None:
    process = terminal.begin("run", terminal.write(COUNTING))
    assert process.stdout is not None
    first = [process.stdout.readline() for _ in range(3)]
    killed = live.kill("streams")
    rest, told = process.communicate(timeout=120)
    live.wait_for_return("streams", killed)
    assert first + rest.splitlines(keepends=True) == [f"{number}\n" for number in range(40)]
    assert "line lost" in told
    assert process.returncode == 0


def test_a_run_can_be_left_and_followed_and_stopped(terminal: Terminal) -> None:
    run = terminal.call(
        "run", "--detach", terminal.write("import time\nprint('on', flush=True)\ntime.sleep(100)")
    ).stdout.strip()
    process = terminal.begin("follow", run)
    assert process.stdout is not None
    assert process.stdout.readline() == "on\n"
    assert terminal.call("stop", run).returncode == 0
    process.communicate(timeout=120)
    assert process.returncode == 130


def test_the_loss_is_drawn_on_a_terminal(terminal: Terminal) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        terminal.command(["run", terminal.write(TRAINING)]),
        env=terminal.environment | {"TERM": "xterm-256color"},
        cwd=terminal.home,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = read_all(ours)
    assert process.wait(60) == 0
    assert re.search("[\u2801-\u28ff]{8}", shown)
    assert "trained\r\n" in shown
    assert re.search(r"loss [0-9.e-]+", shown)
    assert "succeeded" in shown.rpartition("\x1b[?2026h")[2]


def read_all(terminal: int) -> str:
    """What appears on it until nobody writes there any more."""
    parts = []
    deadline = time.monotonic() + 120
    with suppress(OSError):  # EIO: the last writer has gone
        while (part := os.read(terminal, 65536)) and time.monotonic() < deadline:
            parts.append(part)
    os.close(terminal)
    return b"".join(parts).decode(errors="replace")
