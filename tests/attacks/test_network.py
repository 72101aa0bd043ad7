"""There is no way out of a cell, and no way in."""

from __future__ import annotations

import socket

from tests.attacks.conftest import ALONE, Attack


def test_no_socket_but_a_unix_one_can_be_made(attack: Attack) -> None:
    """Stream, datagram and raw ones of every family that a kernel may know (1 is AF_UNIX): TCP, UDP, netlink, vsock."""
    code = f"""
import socket
for family in (0, *range(2, 64), {"1" if attack.flat else "0"}):
    for kind in (1, 2, 3, 5):
        for make in (socket.socket, socket.socketpair):
            try:
                make(family, kind, 0)
                print(family, kind)
            except (PermissionError, ValueError):
                pass
"""
    told = attack(code)
    assert (told.outcome, told.text()) == ("succeeded", "")


def test_names_are_not_resolved(attack: Attack) -> None:
    told = attack(
        "import socket\ntry:\n    print(socket.getaddrinfo('example.org', 80))\nexcept OSError as e:\n    print('none')"
    )
    assert told.text() == "none\n"


def test_addresses_of_the_cloud_are_out_of_reach(attack: Attack) -> None:
    code = """
import socket
for address in ("169.254.169.254", "100.100.100.200", "fd00:ec2::254", "127.0.0.1", "::1"):
    try:
        socket.create_connection((address, 80), timeout=2)
    except PermissionError:
        print("refused")
"""
    assert attack(code).text() == "refused\n" * 5


def test_a_listener_on_an_abstract_unix_socket_is_out_of_reach(attack: Attack) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("\0kindling-attack")
        listener.listen()
        told = attack("import socket\nsocket.socket(socket.AF_UNIX).connect('\\0kindling-attack')")
    assert told.message == _refused(attack, "ConnectionRefusedError: [Errno 111] Connection refused")


def test_the_runner_s_own_socket_is_out_of_reach(attack: Attack) -> None:
    told = attack(f"import socket\nsocket.socket(socket.AF_UNIX).connect({str(attack.runner.socket)!r})")
    assert told.message == _refused(attack, "FileNotFoundError: [Errno 2] No such file or directory")


def test_the_runner_s_own_socket_stays_open_to_its_worker(attack: Attack) -> None:
    """Where a run has the runner's uid, it must not be able to close, move or replace its files."""
    path = str(attack.runner.socket)
    code = f"""
import os
for attempt in (lambda: os.chmod({path!r}, 0), lambda: os.unlink({path!r}), lambda: os.rename({path!r}, "mine"),
                lambda: os.truncate({path!r}, 0), lambda: os.symlink("/", {path!r} + "x"), lambda: os.link({path!r}, "mine")):
    try: attempt()
    except OSError: pass
"""
    mode = attack.runner.socket.stat().st_mode
    assert attack(code).outcome == "succeeded"
    assert attack.runner.socket.stat().st_mode == mode


def test_only_the_loopback_device_exists(attack: Attack) -> None:
    told = attack("for line in open('/proc/self/net/dev').readlines()[2:]: print(line.split(':')[0].strip())")
    assert told.text() == "lo\n" or told.message.startswith("PermissionError")


def test_a_loader_s_workers_can_talk_to_it_or_are_refused_clearly(attack: Attack) -> None:
    """The one use of sockets that a course on deep learning needs."""
    code = """
import torch
from torch.utils.data import DataLoader, TensorDataset
data = TensorDataset(torch.arange(100.0).reshape(-1, 1))
print(sum(batch.sum().item() for batch, in DataLoader(data, batch_size=10, num_workers=2)))
"""
    told = attack(code)
    assert told.message == ALONE if attack.flat else told.text() == "4950.0\n"


def _refused(attack: Attack, message: str) -> str:
    """What an attempt to connect ends with; where runs share the namespaces there is not even a socket."""
    return "PermissionError: [Errno 1] Operation not permitted" if attack.flat else message
