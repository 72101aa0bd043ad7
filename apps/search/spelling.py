"""Misspelt words, and words of which only the beginning was typed: both from what the chapters say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from difflib import SequenceMatcher

from django.db import connection

from .models import SHORTEST, Word
from .synonyms import find_variants

ENDINGS = 8
NEAR = 10
SIMILARITY = 0.22
"""Of trigrams: low, because two swapped letters spoil most of a short word's. Those found are compared letter by letter."""
LIKENESS = 0.7
RESEMBLANCE = 0.5  # where nothing was found, a guess is better than nothing

NEAREST = """
SELECT typed, near.word, near.same FROM unnest(%s::text[]) AS typed CROSS JOIN LATERAL (
  SELECT word, to_tsvector('english', word) = to_tsvector('english', typed) AS same
  FROM search_word WHERE word %% typed AND uses > 0 ORDER BY similarity(word, typed) DESC, uses DESC LIMIT %s) near
"""


def find_endings(beginning: str) -> list[str]:
    """What words of the chapters begin so, the usual ones first. One query."""
    if len(beginning) < SHORTEST:
        return []
    words = Word.objects.filter(word__startswith=beginning, uses__gt=0).order_by("-uses", "word")
    return list(words.values_list("word", flat=True)[:ENDINGS])


def find_corrections(words: Sequence[str]) -> dict[str, str]:
    """For each word that no chapter uses the one that was probably meant, if there is any. Two queries."""
    better = {typed: _choose(typed, near, LIKENESS) for typed, near in _find_near(words).items()}
    return {typed: word for typed, word in better.items() if word and word != typed}


def find_neighbours(words: Sequence[str]) -> list[str]:
    """The words of the chapters that come nearest to these, or are these: each of them finds something. Two queries."""
    near = [_choose(typed, near, RESEMBLANCE) for typed, near in _find_near(words).items()]
    return list(dict.fromkeys(word for word in near if word))


def _find_near(words: Sequence[str]) -> dict[str, list[tuple[str, bool]]]:
    """The words of the chapters that share the most letters with each, and whether they are forms of the same word."""
    doubtful = [word for word in words if len(word) > SHORTEST and word.isalpha()]
    if not doubtful:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', %s, true)", [str(SIMILARITY)])
        cursor.execute(NEAREST, [doubtful, NEAR])
        near = defaultdict(list)
        for typed, word, same in cursor.fetchall():
            near[typed].append((word, same))
    return near


def _choose(typed: str, near: Sequence[tuple[str, bool]], least: float) -> str | None:
    """The most alike; the word itself where the chapters know it, perhaps in another form or spelling."""
    known = {typed, *find_variants(typed)}
    if any(same or word in known for word, same in near):
        return typed
    likeness = {word: SequenceMatcher(None, typed, word).ratio() for word, _ in near}
    best = max(likeness, key=likeness.__getitem__)
    return best if likeness[best] >= least else None
