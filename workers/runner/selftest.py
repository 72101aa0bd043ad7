"""Asks this machine, by really building a tier's sandbox and attacking it a little, whether it holds here."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from contextlib import closing

from workers.protocol import Limits
from workers.runner import outside, policy, surroundings
from workers.runner.bubblewrap import Unfit
from workers.runner.cell import Unsafe
from workers.runner.outside import ROOT
from workers.runner.policy import Tier
from workers.runner.spare import DESCRIPTORS, Died, Spare

_PROBE = "from workers.runner.probe import main; main()"
_PATIENCE_S = 5.0


def probe(tier: Tier) -> None:
    """Try the tier. Raises `Unfit` with the reason when it does not hold here. Takes 0.2 s."""
    surroundings.check(tier)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        ours.settimeout(_PATIENCE_S)
        process = outside.start(
            slot=0,
            tier=tier,
            sizes=policy.sizes(Limits()),
            code=_PROBE,
            arguments=[str(ROOT.parent), str(os.getpid())],
            pass_fd=theirs.fileno(),
            stderr=subprocess.PIPE,
        )
        theirs.close()
        try:
            _judge(ours, process)
        finally:
            process.send_signal(signal.SIGKILL)
            process.communicate()


def _judge(ours: socket.socket, process: subprocess.Popen[bytes]) -> None:
    ours.send(json.dumps({"kind": "make", "sizes": policy.sizes(Limits()).as_dict()}).encode())
    try:
        data, descriptors, _, _ = socket.recv_fds(ours, 65536, DESCRIPTORS)
    except TimeoutError as error:
        raise Unfit("the sandbox does not answer") from error
    except ConnectionError:
        data = b""
    if not data:
        raise Unfit(_last_words(process))
    message = json.loads(data)
    if message["kind"] != "cell":
        raise Unfit(message["text"])
    with closing(Spare.receive(message, descriptors)) as spare:
        findings = _findings(spare)
    if findings:
        raise Unfit(f"inside the sandbox {' and '.join(findings)}")


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
    return lines[-1].rpartition(": ")[2].rstrip(".") if lines else f"the sandbox ended with status {process.returncode}"
