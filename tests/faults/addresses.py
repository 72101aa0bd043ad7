"""Every address of the site, from the URLconf itself: a new route is tested without anybody remembering it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

COURSE = "pytorch-essentials"
CHAPTER = "introduction"
EXAMPLES = {
    "course": COURSE,
    "chapter": CHAPTER,
    "uuid": "00000000-0000-4000-8000-000000000000",
    "uuidstr": "00000000-0000-4000-8000-000000000000",
    "int": "1",
    "slug": "example",
    "str": "example",
    "path": "example",
}
"""What stands for a part of an address: by its name, else by its kind."""


def list_addresses(resolver: URLResolver | None = None, before: str = "") -> Iterator[str]:
    for entry in (resolver or get_resolver()).url_patterns:
        here = before + _fill(str(entry.pattern))
        if isinstance(entry, URLResolver):
            yield from list_addresses(entry, here)
        elif isinstance(entry, URLPattern):
            yield "/" + here


def _fill(pattern: str) -> str:
    """A route's pattern with examples in place of its parts; `^`, `$` and groups of regular expressions, too."""
    plain = re.sub(r"\(\?P<\w+>(?:[^()]|\([^()]*\))*\)", "1", pattern).lstrip("^").rstrip("$")
    return re.sub(r"<(?:(\w+):)?(\w+)>", lambda part: EXAMPLES.get(part[2]) or EXAMPLES[part[1] or "str"], plain)
