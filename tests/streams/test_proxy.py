"""Live events behind nginx, configured as in containers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from redis import Redis

from tests.product import ROOT, wait_for
from tests.streams.conftest import find_port
from tests.streams.viewers import ORIGIN, end, end_streams, events_url, line, new_run, publish, watch, watching


@pytest.fixture
def proxy(streams: str, tmp_path: Path) -> Iterator[str]:
    """The address of an nginx before the streams process."""
    port = find_port()
    configuration = tmp_path / "nginx.conf"
    configuration.write_text(describe(port, streams.removeprefix("http://"), tmp_path))
    command = [find_nginx(), "-c", str(configuration), "-p", str(tmp_path), "-g", "daemon off;"]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: process.poll() is not None or is_there(address), "nginx")
        assert process.poll() is None, "nginx did not start"
        yield address
    finally:
        process.terminate()
        process.wait(15)


def describe(port: int, streams: str, folder: Path) -> str:
    """Our configuration with the ports and folders of this test, and no other change."""
    text = (ROOT / "platform/kindling/deploy/nginx.conf").read_text()
    changes = {
        "/tmp/": f"{folder}/",  # noqa: S108 (first: the folder's own name may begin so)
        "listen 8080;": f"listen 127.0.0.1:{port};",
        "streams:8001": streams,
        "web:8000": f"127.0.0.1:{find_port()}",
        "/etc/nginx/mime.types": str(folder / "mime.types"),
    }
    for ours, here in changes.items():
        assert ours in text
        text = text.replace(ours, here)
    (folder / "mime.types").write_text("types {}")
    return text


def find_nginx() -> str:
    """Fails where there is none: `make test` fetches it."""
    places = [str(Path(sys.executable).parent), os.environ["PATH"], "/usr/sbin", "/usr/local/sbin"]
    found = shutil.which("nginx", path=os.pathsep.join(places))
    assert found, "This test needs nginx: `make nginx`, or install Debian's package nginx."
    return found


def is_there(address: str) -> bool:
    try:
        return httpx.get(f"{address}/runs/0/events").status_code == 404
    except httpx.TransportError:
        return False


def test_events_arrive_as_they_happen(proxy: str, valkey: Redis) -> None:
    run = new_run()
    publish(valkey, run, line(1))
    with watching(events_url(proxy, run), **{"Accept-Encoding": "gzip, br"}) as seen:
        for seq in range(2, 20):
            assert next(seen).id == f"1-{seq - 1}"  # each before the next is published: nothing waits for company
            publish(valkey, run, line(seq))
        publish(valkey, run, end(20))
        assert [each.id for each in seen] == ["1-19", "1-20"]


def test_a_viewer_resumes(proxy: str, valkey: Redis) -> None:
    run = new_run()
    publish(valkey, run, line(1), line(2), end(3))
    assert [seen.id for seen in watch(events_url(proxy, run), **{"Last-Event-ID": "1-1"})] == ["1-2", "1-3"]


def test_refusals_pass_in_words(proxy: str) -> None:
    answer = httpx.get(events_url(proxy, new_run(), lifetime_s=-1), headers={"Origin": ORIGIN})
    assert answer.status_code == 403
    assert "expired" in answer.json()["error"]


def test_a_log_out_ends_a_stream(proxy: str, valkey: Redis) -> None:
    run = new_run()
    publish(valkey, run, line(1))
    with watching(events_url(proxy, run, user="8")) as seen:
        next(seen)
        end_streams(valkey, "8")
        assert list(seen) == []


def test_a_viewer_who_leaves_is_gone_here_too(proxy: str, streams: str, valkey: Redis) -> None:
    run = new_run()
    publish(valkey, run, line(1))
    with watching(events_url(proxy, run)) as seen:
        next(seen)
        assert httpx.get(f"{streams}/health").json()["viewers"] == 1
    wait_for(lambda: httpx.get(f"{streams}/health").json()["viewers"] == 0, "the viewer to be gone")
