"""A text is looked at by a second pair of eyes before it goes live."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User

from .access import may_decide
from .dialect import compile_chapter
from .drafting import return_text
from .letters import tell_decision
from .models import Chapter, Comment, Review
from .publishing import StaleBase, publish
from .scheduling import schedule


class Decided(Exception):
    """The review is no longer open: somebody else has decided, or its author has withdrawn it."""


@transaction.atomic
def ask_for_review(
    *,
    chapter: Chapter,
    author: User,
    source: str,
    figures: Mapping[str, str],
    note: str,
    base: int,
    draft: uuid.UUID | None,
    word: str,
) -> Review:
    """Hands the text in as it is now, in place of what the author had handed in before. Raises `BadChapter`, `StaleBase`."""
    chapter = Chapter.objects.select_for_update(of=("self",)).select_related("course", "live").get(pk=chapter.pk)
    compile_chapter(source, figures=figures, address=f"{chapter.course.slug}/{chapter.slug}")
    if chapter.live and chapter.live.number != base:
        raise StaleBase(chapter.live)
    open_ = Review.objects.filter(chapter=chapter, author=author, state=Review.State.OPEN)
    open_.update(state=Review.State.WITHDRAWN, decided_at=timezone.now())
    return Review.objects.create(
        chapter=chapter,
        author=author,
        source=source,
        figures=dict(figures),
        note=note,
        base=base,
        draft=draft,
        word=word,
    )


def withdraw(*, review: Review, author: User) -> bool:
    """The author takes the text back; whether it was still open."""
    mine = Review.objects.filter(pk=review.pk, author=author, state=Review.State.OPEN)
    return bool(mine.update(state=Review.State.WITHDRAWN, decided_at=timezone.now()))


def comment(*, review: Review, author: User, line: int, text: str) -> Comment:
    """`line` counts from 1; 0, or one that the text does not have, is about all of it."""
    lines = review.source.count("\n") + 1
    return Comment.objects.create(review=review, author=author, line=line if line <= lines else 0, text=text)


@transaction.atomic
def approve(*, review: Review, reviewer: User, answer: str, at: datetime.datetime | None = None) -> Review:
    """The text goes live under its author's name, now or `at` a time. Raises `Decided`, `BadChapter`, `BadTime`,
    `AnotherPending`, and `StaleBase` when something was published since it was written: its author has to merge that first.
    Nothing has changed then.
    """
    review = _lock(review, reviewer)
    text = {name: getattr(review, name) for name in ("chapter", "source", "figures", "author", "note", "base", "draft")}
    if at:
        review.schedule = schedule(**text, reviewer=reviewer, at=at)
    else:
        review.revision = publish(**text, reviewer=reviewer)
    return _decide(review, reviewer, Review.State.APPROVED, answer)


@transaction.atomic
def give_back(*, review: Review, reviewer: User, answer: str) -> Review:
    """The text returns to its author, who still has it as draft. Raises `Decided`."""
    review = _lock(review, reviewer)
    return_text(review)
    return _decide(review, reviewer, Review.State.RETURNED, answer)


def _lock(review: Review, reviewer: User) -> Review:
    if not may_decide(reviewer, review):
        raise PermissionDenied("Nobody approves their own text.")
    Chapter.objects.select_for_update().get(pk=review.chapter_id)  # first, as everybody who publishes does
    locked = Review.objects.select_for_update(of=("self",)).select_related("chapter__course", "author")
    found = locked.filter(pk=review.pk, state=Review.State.OPEN).first()
    if found is None:
        raise Decided
    return found


def _decide(review: Review, reviewer: User, state: Review.State, answer: str) -> Review:
    review.state, review.answer = state, answer
    review.decided_by, review.decided_at = reviewer, timezone.now()
    review.save(update_fields=["state", "answer", "decided_by", "decided_at", "revision", "schedule"])
    tell_decision(review)
    return review
