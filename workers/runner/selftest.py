"""Asks this machine, by really building a sandbox and attacking it a little, whether code can run here safely."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from contextlib import closing

from workers.runner import bubblewrap
from workers.runner.bubblewrap import ROOT, Unfit
from workers.runner.cell import Unsafe
from workers.runner.policy import Sizes
from workers.runner.spare import DESCRIPTORS, Died, Spare

TIER = "T1 · bubblewrap outside, one-shot namespaces and a system call filter inside"
_PROBE = "from workers.runner.probe import main; main()"
_PATIENCE_S = 5.0


def probe() -> str:
    """The tier of this machine. Raises `Unfit` with the reason when there is none. Takes 0.2 s."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        ours.settimeout(_PATIENCE_S)
        arguments = [str(theirs.fileno()), str(ROOT), str(os.getpid())]
        process = bubblewrap.start(
            slot=0, code=_PROBE, arguments=arguments, pass_fd=theirs.fileno(), stderr=subprocess.PIPE
        )
        theirs.close()
        try:
            return _judge(ours, process)
        finally:
            process.send_signal(signal.SIGKILL)
            process.communicate()


def _judge(ours: socket.socket, process: subprocess.Popen[bytes]) -> str:
    try:
        data, descriptors, _, _ = socket.recv_fds(ours, 65536, DESCRIPTORS)
    except TimeoutError as error:
        raise Unfit("the sandbox does not answer") from error
    if not data:
        raise Unfit(_last_words(process))
    message = json.loads(data)
    if message["kind"] != "cell":
        raise Unfit(message["text"])
    with closing(Spare.receive(Sizes(**message["sizes"]), descriptors)) as spare:
        findings = _findings(spare)
    if findings:
        raise Unfit(f"inside the sandbox {' and '.join(findings)}")
    return TIER


def _findings(spare: Spare) -> list[str]:
    """What the probe could do and should not have been able to, and what is to be seen from outside."""
    spare.wire.settimeout(_PATIENCE_S)
    spare.wire.setblocking(True)
    findings: list[str] = json.loads(spare.wire.makefile().readline() or '["the probe died"]')
    try:
        spare.inspect()
    except (Unsafe, Died) as error:
        findings.append(str(error) or "the probe died")
    return findings


def _last_words(process: subprocess.Popen[bytes]) -> str:
    _, errors = process.communicate(timeout=_PATIENCE_S)
    lines = errors.decode(errors="replace").strip().splitlines()
    return lines[-1].rpartition(": ")[2].rstrip(".") if lines else f"bubblewrap ended with status {process.returncode}"
