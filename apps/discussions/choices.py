"""The links of a list of threads: to its other orders, its kinds, and its next page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from .lists import Sort, ThreadPage, Wish
from .models import Thread

SORTS = {
    Sort.ACTIVE: "Active",
    Sort.NEWEST: "Newest",
    Sort.OLDEST: "Oldest",
    Sort.TOP: "Top",
    Sort.UNANSWERED: "Unanswered",
    Sort.RUN: "With a run",
}
KINDS = {
    "": "All",
    Thread.Kind.QUESTION: "Questions",
    Thread.Kind.DISCUSSION: "Discussions",
    Thread.Kind.ANNOUNCEMENT: "Announcements",
}


def describe_list(here: str, wish: Wish, page: ThreadPage) -> dict[str, Any]:
    """For `discussions/_list.html`: names, addresses, and which is the present one."""
    kept = {"sort": str(wish.sort), "kind": wish.kind, "place": wish.place}

    def link(**changes: str) -> str:
        return f"{here}?{urlencode({name: value for name, value in (kept | changes).items() if value})}"

    return {
        "here": here,
        "sorts": [(name, link(sort=str(sort)), sort == wish.sort) for sort, name in SORTS.items()],
        "kinds": [(name, link(kind=str(kind)), kind == wish.kind) for kind, name in KINDS.items()],
        "everywhere": link(place="") if wish.place else "",
        "next": link(after=str(page.next)) if page.next else "",
        "is_narrowed": bool(wish.kind or wish.place or wish.sort in {Sort.UNANSWERED, Sort.RUN}),
    }
