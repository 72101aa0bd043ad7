"""What only a search needs: the words that chapters use, and the words with which discussions begin."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex, GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from apps.discussions.models import Post

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


class Opening(models.Model):
    """The words of a thread's title and of its first post together: many a question says half of it in the title.

    Written by the database whenever one of the two changes, and gone with the post (see the second migration). Who may
    find it is whoever may read the post.
    """

    post = models.OneToOneField(Post, models.DO_NOTHING, primary_key=True, related_name="opening", db_constraint=False)
    found_by = SearchVectorField()

    class Meta:
        ordering = ["-post"]
        indexes = [
            GinIndex(fields=["found_by"], name="opening_found_by", fastupdate=False),
            BrinIndex(fields=["post"], name="opening_by_age", pages_per_range=16),
        ]

    def __str__(self) -> str:
        return f"opening of {self.post_id}"
