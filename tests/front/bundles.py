"""What a browser fetches of the built scripts, and when. Needs `npm run build` (`make ready` runs it)."""

from __future__ import annotations

import gzip
import re
from importlib import resources
from pathlib import Path

from .pages import STATIC

BUILD = STATIC / "build"
_IMPORT = re.compile(r"""(?:from|import)\s*["'](\./[^"']+)["']""")
_LAZY = re.compile(r"""import\(["'](\./[^"']+)["']\)""")


def weigh(*paths: Path) -> int:
    """Bytes, compressed as they are sent."""
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in paths)


def list_first() -> set[Path]:
    """All that runs on a chapter page before the reader does anything: the lab included, nothing that it fetches later."""
    htmx = Path(str(resources.files("django_htmx"))) / "static" / "django_htmx" / "htmx-4.min.js"
    site = BUILD / "site.js"
    return {htmx, BUILD / "theme.js", *_close(site), *_close(_find_lazy(site, "lab"))}


def list_chart() -> set[Path]:
    """What is fetched besides, for a run's first curve."""
    return _list_lazy_of_the_lab("board")


def list_editor() -> set[Path]:
    """What is fetched besides, for the editor."""
    return _list_lazy_of_the_lab("code")


def list_console() -> set[Path]:
    """What is fetched besides, for the first word that is printed."""
    return _list_lazy_of_the_lab("screen")


def _list_lazy_of_the_lab(name: str) -> set[Path]:
    return _close(_find_lazy(_find_lazy(BUILD / "site.js", "lab"), name)) - list_first()


def _find_lazy(script: Path, name: str) -> Path:
    [found] = [each for each in _follow(script, _LAZY) if each.name.startswith(f"{name}-")]
    return found


def _close(script: Path) -> set[Path]:
    """A script with all that it needs at once."""
    found, open_ = {script}, [script]
    while open_:
        new = _follow(open_.pop(), _IMPORT) - found
        found |= new
        open_ += new
    return found


def _follow(script: Path, pattern: re.Pattern[str]) -> set[Path]:
    return {(script.parent / match).resolve() for match in pattern.findall(script.read_text())}
