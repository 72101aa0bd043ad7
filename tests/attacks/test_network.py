"""There is no way out of a cell, and no way in."""

from __future__ import annotations

import socket

from tests.attacks.conftest import Attack


def test_no_socket_but_a_unix_one_can_be_made(attack: Attack) -> None:
    """Stream, datagram and raw ones of every family that a kernel may know (1 is AF_UNIX)."""
    code = """
import socket
for family in (0, *range(2, 64)):
    for kind in (1, 2, 3, 5):
        try:
            socket.socket(family, kind, 0)
            print(family, kind)
        except PermissionError:
            pass
"""
    told = attack(code)
    assert (told.outcome, told.text()) == ("succeeded", "")


def test_names_are_not_resolved(attack: Attack) -> None:
    told = attack(
        "import socket\ntry:\n    print(socket.getaddrinfo('example.org', 80))\nexcept OSError as e:\n    print('none')"
    )
    assert told.text() == "none\n"


def test_a_listener_on_an_abstract_unix_socket_is_out_of_reach(attack: Attack) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("\0kindling-attack")
        listener.listen()
        told = attack("import socket\nsocket.socket(socket.AF_UNIX).connect('\\0kindling-attack')")
    assert told.message == "ConnectionRefusedError: [Errno 111] Connection refused"


def test_the_runner_s_own_socket_is_out_of_reach(attack: Attack, runner: object) -> None:
    path = str(runner.socket)  # type: ignore[attr-defined]
    told = attack(f"import socket\nsocket.socket(socket.AF_UNIX).connect({path!r})")
    assert told.message == "FileNotFoundError: [Errno 2] No such file or directory"


def test_only_the_loopback_device_exists(attack: Attack) -> None:
    told = attack("for line in open('/proc/net/dev').readlines()[2:]: print(line.split(':')[0].strip())")
    assert told.text() == "lo\n"


def test_a_loader_s_workers_can_talk_to_it(attack: Attack) -> None:
    """The one use of sockets that a course on deep learning needs."""
    code = """
import torch
from torch.utils.data import DataLoader, TensorDataset
data = TensorDataset(torch.arange(100.0).reshape(-1, 1))
print(sum(batch.sum().item() for batch, in DataLoader(data, batch_size=10, num_workers=2)))
"""
    assert attack(code).text() == "4950.0\n"
