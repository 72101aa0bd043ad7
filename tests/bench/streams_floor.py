"""`python -m tests.bench.streams_floor FD LISTENER`: what the machine itself costs, to judge live streams by.

Echoes a ping on one socket; told to, sends the same words to everybody who has connected to the other.
"""

from __future__ import annotations

import socket
import sys

PING = b"?"
TELL = b"!"
WORDS = b"id: 1-1\nevent: stdout\n" + b'data: {"seq":1,"at":0.01,"fence":1,"text":"1234567890123456"}\n\n'


def main() -> None:
    asked = socket.socket(fileno=int(sys.argv[1]))
    listener = socket.socket(fileno=int(sys.argv[2]))
    listener.setblocking(False)
    crowd: list[socket.socket] = []
    while order := asked.recv(1):
        crowd += accept_all(listener)
        if order == TELL:
            for connection in crowd:
                connection.send(WORDS)
        else:
            asked.send(order)


def accept_all(listener: socket.socket) -> list[socket.socket]:
    found = []
    while True:
        try:
            found.append(listener.accept()[0])
        except BlockingIOError:
            return found


if __name__ == "__main__":
    main()
