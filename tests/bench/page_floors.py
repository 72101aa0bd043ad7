"""What pages are judged by: an empty Django view with session middleware under the same server, and nginx with the same bytes.

`granian … tests.bench.page_floors:application` is the former.
"""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.urls import path

from tests.product import ROOT, find_ports, is_alive, wait_for
from tests.streams.test_proxy import find_nginx

NGINX = """
worker_processes 1; daemon off; error_log stderr crit; pid {folder}/pid;
events {{ worker_connections 64; }}
http {{
  access_log off; default_type text/html; keepalive_requests 1000000;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; root {folder}; }}
}}
"""


def answer_empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"ok", headers={"Content-Length": "2"})


urlpatterns = [path("", answer_empty)]


def make_application() -> WSGIHandler:
    import django
    from django.conf import settings

    settings.configure(
        SECRET_KEY="of a bench that keeps nothing",
        ALLOWED_HOSTS=["127.0.0.1"],
        INSTALLED_APPS=["django.contrib.sessions"],
        MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware"],
        ROOT_URLCONF=__name__,
        USE_I18N=False,
    )
    django.setup()
    return WSGIHandler()


@contextmanager
def running_floor() -> Iterator[tuple[str, int]]:
    """The empty view's address, and the process that serves it as `make up` serves pages."""
    port = find_ports()
    options = ["--interface=wsgi", f"--port={port}", "--http=1", "--no-ws", "--blocking-threads=4", "--factory"]
    command = [sys.executable, "-m", "granian", *options, "tests.bench.page_floors:make_application"]
    with _running(command, port) as pid:
        yield f"http://127.0.0.1:{port}/", pid


@contextmanager
def running_nginx(folder: Path, body: bytes) -> Iterator[str]:
    """The address at which nginx serves these bytes from a file."""
    port = find_ports()
    folder.chmod(0o755)  # started by root, it reads as nobody
    (folder / "page.html").write_bytes(body)
    configuration = folder / "nginx.conf"
    configuration.write_text(NGINX.format(folder=folder, port=port))
    with _running([find_nginx(), "-c", str(configuration), "-p", str(folder)], port):
        yield f"http://127.0.0.1:{port}/page.html"


@contextmanager
def _running(command: list[str], port: int) -> Iterator[int]:
    def answers() -> bool:
        with socket.socket() as knock:
            return knock.connect_ex(("127.0.0.1", port)) == 0 or not is_alive(process.pid)

    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=ROOT, stdin=quiet, stdout=quiet, stderr=quiet)
    try:
        wait_for(answers, command[0])
        assert process.poll() is None, f"{command[:3]} did not start"
        yield process.pid
    finally:
        process.terminate()
        process.wait(15)
