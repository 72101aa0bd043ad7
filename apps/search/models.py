"""The words that chapters use, for whoever misspells one or has typed only its beginning."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models

SHORTEST = 3
LONGEST = 40


class Word(models.Model):
    """A word of readable chapters, in small letters; `uses` are the sections and terms that it stands in.

    Counted by the database whenever passages come and go (see the first migration), so that a word which no reader can
    find is suggested to nobody. A word that has left every text stays with no uses. Posts are not read for it: their
    mistakes would be taken for words, and what is hidden of them would be told.
    """

    word = models.CharField(primary_key=True, max_length=LONGEST, db_collation="C")
    uses = models.PositiveIntegerField()

    class Meta:
        ordering = ["word"]
        indexes = [GinIndex(OpClass("word", name="gin_trgm_ops"), name="word_trigrams")]

    def __str__(self) -> str:
        return self.word
