"""Words that moderators use again and again."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from apps.accounts.models import User
from apps.conduct.access import moderates
from apps.courses.models import Course

from .models import CannedReply
from .refusals import NotAllowed, NotNow

ELSEWHERE = "These words are kept for where you do not moderate. Ask somebody who moderates the whole site."


def keep_reply(*, actor: User, reply: CannedReply | None, course: Course | None, title: str, body: str) -> CannedReply:
    """Keep new words, or change those of `reply`, for a course or (None) for all. Raises a `Refusal`."""
    kept = reply or CannedReply()
    if not moderates(actor, course.pk if course else None) or (reply and not moderates(actor, reply.course_id)):
        raise NotAllowed(ELSEWHERE)
    kept.course, kept.title, kept.body, kept.by = course, title, body, actor
    try:
        with transaction.atomic():
            kept.save()
    except IntegrityError as error:
        raise NotNow("There are words with this title already. Choose another title.") from error
    return kept


def remove_reply(*, actor: User, reply: CannedReply) -> None:
    """Raises `NotAllowed`."""
    if not moderates(actor, reply.course_id):
        raise NotAllowed(ELSEWHERE)
    CannedReply.objects.filter(pk=reply.pk).delete()
