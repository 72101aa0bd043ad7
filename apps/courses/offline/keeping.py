"""What is taken along is made when somebody first asks for it, and kept until the course changes.

Not made at each publishing: few of them are ever fetched, and an editor who publishes ten times would wait ten times. What is
kept stands under the print of all that went into it, so it is never out of date and nothing has to be thrown away.
"""

from __future__ import annotations

from collections.abc import Callable

from django.core.cache import cache

from apps.courses.models import Course

from .archives import pack
from .epub import build_epub
from .site import build_site

DAYS = 7 * 24 * 3600


def pack_site(course: Course) -> bytes:
    """The folder of `build_site` in a zip, below the course's slug."""
    return pack({f"{course.slug}/{name}": content for name, content in build_site(course).items()})


BUILDERS: dict[str, Callable[[Course], bytes]] = {"epub": build_epub, "zip": pack_site}


def fetch(course: Course, suffix: str, *, print_of_book: str) -> bytes:
    """The course as `.epub` or `.zip`: one question to the cache, or the cost of making it."""
    key = f"offline:{print_of_book}.{suffix}"
    content: bytes | None = cache.get(key)
    if content is None:
        content = BUILDERS[suffix](course)
        cache.set(key, content, timeout=DAYS)
    return content
