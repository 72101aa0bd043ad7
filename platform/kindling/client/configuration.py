"""Where the site is and what opens it: from the environment, or from where `kindling login` put it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from kindling.client import codes
from kindling.client.failures import Failure

DEFAULT_SITE = "http://127.0.0.1:8000"


@dataclass(frozen=True, slots=True)
class Login:
    """The site's root without a slash at its end, and an access token."""

    site: str
    token: str


def find_file() -> Path:
    folder = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(folder, "kindling", "login.json")


def wants_colour() -> bool:
    """See no-color.org; a dumb terminal has none either."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def load() -> Login:
    """Raises `Failure`. The environment goes first, for machines where nobody logs in."""
    site, token = os.environ.get("KINDLING_SITE", ""), os.environ.get("KINDLING_TOKEN", "")
    if not token:
        kept = _read(find_file())
        # A token is sent to the site that it was made for, and to no other.
        if site and site.rstrip("/") != kept.site:
            raise Failure(f"You are logged in at {kept.site}. Run `kindling login` for {site}.", codes.NO_ACCESS)
        return kept
    return Login(site=(site or DEFAULT_SITE).rstrip("/"), token=token)


def save(login: Login) -> Path:
    """Readable by its owner only, from the first byte on."""
    file = find_file()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as output:
        json.dump(asdict(login), output)
    fresh.replace(file)
    return file


def _read(file: Path) -> Login:
    try:
        kept = json.loads(file.read_text())
        return Login(site=str(kept["site"]), token=str(kept["token"]))
    except FileNotFoundError:
        raise Failure("You are not logged in. Run `kindling login` first.", codes.NO_ACCESS) from None
    except (OSError, ValueError, TypeError, KeyError) as error:
        words = f"{file} cannot be read ({error}). Run `kindling login` again."
        raise Failure(words, codes.NO_ACCESS) from None
