"""Words and links that no post may hold, found by plain comparison: nobody's pattern can make a search slow."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

from django.db.models import Q

from .models import Filter

LINK = re.compile(r"(?:https?:)?//[^\s<>()\[\]\"'`]{1,2000}|\bwww\.[^\s<>()\[\]\"'`]{1,2000}", re.IGNORECASE)
"""Every address in a text, however Markdown wraps it."""


def normalise(text: str) -> str:
    """As texts and patterns are compared: compatibility forms, invisible characters and case make no difference."""
    plain = unicodedata.normalize("NFKC", text)
    seen = "".join(each for each in plain if unicodedata.category(each) != "Cf")
    return " ".join(seen.casefold().split())


def normalise_link(pattern: str) -> str:
    """The host, and the path where there is one, of an address as an admin may write it."""
    parts = urlsplit(pattern.strip() if "//" in pattern else f"//{pattern.strip()}")
    host = (parts.hostname or "").removeprefix("www.")
    return f"{host}{parts.path.rstrip('/')}".casefold()


def list_links(text: str) -> list[str]:
    """The addresses in a text, as `normalise_link` writes them."""
    found = []
    for address in LINK.findall(unicodedata.normalize("NFKC", text)):
        try:
            found.append(normalise_link(address))
        except ValueError:  # an address that is none, such as //[
            found.append(address.casefold())
    return found


def find_filter(text: str, *, course_id: int) -> Filter | None:
    """The filter that a text runs into, one that refuses before one that holds; None for nearly every text. One query."""
    words, links = normalise(text), list_links(text)
    there = Filter.objects.filter(Q(course=None) | Q(course_id=course_id)).order_by("-action", "pk")
    return next((each for each in there if matches(each, words, links)), None)


def matches(filter_: Filter, words: str, links: list[str]) -> bool:
    if filter_.kind == Filter.Kind.LINK:
        return any(is_below(link, filter_.pattern) for link in links)
    return holds_word(words, filter_.pattern)


def is_below(link: str, pattern: str) -> bool:
    """Whether an address is the site or the folder of a pattern, or stands below it; a subdomain counts, `notevil.com`
    is not `evil.com`.
    """
    host, _, path = link.partition("/")
    wanted_host, _, wanted_path = pattern.partition("/")
    is_host = host == wanted_host or host.endswith(f".{wanted_host}")
    return is_host and (not wanted_path or path == wanted_path or path.startswith(f"{wanted_path}/"))


def holds_word(text: str, word: str) -> bool:
    """Whether `word` stands in `text` with no letter or digit beside it. Linear in both."""
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        if not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
            return True
        start = text.find(word, start + 1)
    return False
