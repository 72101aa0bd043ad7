"""A page with some of the lab's modules on it, served under the site's own policy on a port of its own."""

from __future__ import annotations

import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; object-src 'none'"
)
_PAGE = """<!doctype html>
<html lang="en" class="js">
<head><meta charset="utf-8"><title>Stage</title><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><link rel="stylesheet" href="site.css"></head>
<body><main><h1 class="visually-hidden">Stage</h1><h2 class="visually-hidden">Lab</h2>{body}</main><script type="module" src="page.js"></script></body>
</html>"""


def write_page(folder: Path, *, script: str, body: str) -> None:
    """Builds a page: `script` is a module that imports from static/js ("./lab/console.js"), `body` is HTML."""
    subprocess.run(["node", "tests/lab/bundle.mjs", str(folder)], cwd=ROOT, input=script.encode(), check=True)
    (folder / "index.html").write_text(_PAGE.format(body=body))


def read_part(name: str) -> str:
    """A template of templates/components/ that holds no more than HTML and comments."""
    text = (ROOT / "templates" / "components" / name).read_text()
    return re.sub(r"{#.*?#}\s*", "", text)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address at which the folder's files are found."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


class _Quiet(SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass
