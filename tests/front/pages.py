"""Every template of the site, for tests that hold for all of them."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
STATIC = ROOT / "static"

STANDALONE = {"base.html", "413.html", "500.html", "503.html", "admin/base_site.html"}
"""Pages that do not extend the base: the base itself, those that must show when nothing else works, Django's own."""


def list_templates() -> list[Path]:
    return sorted(TEMPLATES.rglob("*.html"))


def list_pages() -> list[Path]:
    """Templates that are whole pages: not a part (`_name.html`, components) and not a mail or a message."""
    parts = {"components", "email", "messages"}
    return [
        path
        for path in list_templates()
        if not path.name.startswith("_") and not parts.intersection(path.relative_to(TEMPLATES).parts)
    ]


def name(path: Path) -> str:
    return str(path.relative_to(TEMPLATES))
