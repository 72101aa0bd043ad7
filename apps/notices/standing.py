"""How things stand by now with what notices tell of: it may have been hidden since, or its author muted.

Whoever tells stands above this app, and says here what it knows of its own events.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

from .models import ALWAYS_TOLD, Notice

Witness = Callable[[Sequence[Notice]], Mapping[int, str]]
"""Of these notices those that may still be told, by id, each with the beginning of its text, or ""."""

_witnesses: dict[str, Witness] = {}


def register(sort: str, witness: Witness) -> None:
    """Ask `witness` about all events that begin with `sort` and a colon."""
    _witnesses[sort] = witness


def find_standing(notices: Sequence[Notice]) -> dict[int, str]:
    """What a `Witness` says, of all these notices; those of events that nobody is registered for may be told.

    As many queries for one notice as for a thousand of its sort.
    """
    standing: dict[int, str] = {}
    for sort, some in groupby(sorted(notices, key=read_sort), key=read_sort):
        witness = _witnesses.get(sort, tell_all)
        standing.update(witness(list(some)))
    return standing


def read_sort(notice: Notice) -> str:
    """Empty for what stands whatever becomes of what it is about."""
    return "" if notice.kind in ALWAYS_TOLD else notice.event.partition(":")[0]


def tell_all(notices: Sequence[Notice]) -> dict[int, str]:
    return {notice.pk: "" for notice in notices}
