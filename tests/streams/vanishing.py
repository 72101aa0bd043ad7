"""`python -m tests.streams.vanishing FOLDER`, in a network namespace of its own: a client vanishes without a word.

The only network that there is goes down while a stream is open, so nothing tells the streams process that its client is
gone. Prints after how many seconds it has noticed.
"""

from __future__ import annotations

import fcntl
import socket
import struct
import sys
import time
from pathlib import Path

from tests.product import wait_for
from tests.streams.sites import running_site
from tests.streams.viewers import events_url, new_run

SIOCSIFFLAGS = 0x8914
IFF_UP = 1
ESTABLISHED = "01"


def main() -> None:
    switch_network(IFF_UP)
    with running_site(Path(sys.argv[1])) as site, socket.create_connection(("127.0.0.1", site.port)) as client:
        client.sendall(f"GET {events_url('', new_run())} HTTP/1.1\r\nHost: here\r\n\r\n".encode())
        assert client.recv(1000).startswith(b"HTTP/1.1 200")
        wait_for(lambda: count_streams(site.port) == 1, "the stream")
        switch_network(0)
        begun = time.monotonic()
        wait_for(lambda: count_streams(site.port) == 0, "the stream's end", seconds=90)
        print(f"{time.monotonic() - begun:.1f}")


def switch_network(flags: int) -> None:
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh", b"lo", flags))


def count_streams(port: int) -> int:
    """Connections that somebody in this namespace still has open at this port of theirs."""
    entries = [entry.split() for entry in Path("/proc/self/net/tcp").read_text().splitlines()[1:]]
    return sum(entry[1].endswith(f":{port:04X}") and entry[3] == ESTABLISHED and entry[9] != "0" for entry in entries)


if __name__ == "__main__":
    main()
