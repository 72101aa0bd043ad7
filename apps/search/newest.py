"""The newest of a million rows that match, at a cost that hardly grows with the rows.

An index of words knows nothing of time, and what it finds of a usual word are hundreds of thousands of rows. So the
newest are read one by one first: they tell how often the words occur. Where that is seldom, the index is asked for so
long a stretch of time as is likely to hold enough; a second index, of ids by pages, keeps everything else unread.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import BigIntegerField, BooleanField, ExpressionWrapper, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from .matches import MAX_MATCHES

WALK = 4_000  # ids that are read one by one: a few milliseconds
WIDER = 4  # a stretch is so many times as long as everything before it, at least
AMPLE = 2  # and holds so many times what is missing, if words go on as they began
ALL = 1 << 62

# The newest first, by a sum: by their ids Postgres would walk back through everything in search of a rare word.
BY_INDEX = ExpressionWrapper(-F("pk"), output_field=BigIntegerField())


@dataclass(frozen=True)
class Newest:
    """Rows with a `found_by` and ids that grow with time; `fields` are what is wanted of each. Only one id in so many as
    `spread` says need have a row.
    """

    rows: QuerySet[Any]
    query: SearchQuery
    fields: Sequence[str]
    spread: int = 1

    def find(self, top: int) -> Iterator[Any]:
        """At most `MAX_MATCHES` from the id `top` down, stretch by stretch.

        One query for usual words, two for most others, and one more for each time that they are rarer in what is older.
        """
        begin, count, walk = top + 1, 0, WALK * self.spread
        while count < MAX_MATCHES and begin > 1:
            end, begin = begin, begin - (_choose_length(top + 1 - begin, count) or walk)
            is_near = top - begin <= (1 + WIDER) * walk
            some = (self._walk if is_near else self._look_up)(begin, end, MAX_MATCHES - count)
            count += len(some)
            yield from some

    def _walk(self, begin: int, end: int, count: int) -> list[Any]:
        """Hidden in a function, the condition cannot lead Postgres to the index."""
        is_found = ExpressionWrapper(Q(found_by=self.query), output_field=BooleanField())
        rows = self.rows.alias(is_found=Coalesce(is_found, Value(False))).filter(is_found=True)
        return list(rows.filter(pk__gte=begin, pk__lt=end).order_by("-pk").values_list(*self.fields)[:count])

    def _look_up(self, begin: int, end: int, count: int) -> list[Any]:
        rows = self.rows.filter(found_by=self.query, pk__lt=end)
        if begin > 0:
            rows = rows.filter(pk__gte=begin)
        return list(rows.order_by(BY_INDEX).values_list(*self.fields)[:count])


def _choose_length(seen: int, found: int) -> int:
    """How many ids to look through next, after those `seen`: all there are where these held nothing. 0 at first."""
    missing = MAX_MATCHES - found
    return seen * max(WIDER, AMPLE * missing // found) if found else seen and ALL
