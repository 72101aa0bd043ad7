"""Filters are made and taken away by those who moderate what they hold for."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from apps.accounts.models import User
from apps.courses.models import Course

from .access import list_courses_moderated, moderates
from .filters import normalise, normalise_link
from .models import Act, Filter, Verb
from .recording import record_act
from .refusals import NotAllowed, NotNow, Unfit

ELSEWHERE = "This filter holds where you do not moderate. Ask somebody who moderates the whole site."


def list_filters(moderator: User) -> QuerySet[Filter]:
    """Those that hold for the courses that somebody moderates, with those of the whole site."""
    courses, filters = list_courses_moderated(moderator), Filter.objects.select_related("course", "by")
    return filters if courses is None else filters.filter(Q(course=None) | Q(course__in=courses))


def add_filter(
    *, actor: User, kind: Filter.Kind, pattern: str, action: Filter.Action, course: Course | None, note: str = ""
) -> Filter:
    """Hold or refuse posts with these words or links, in a course or (None) everywhere. Raises a `Refusal`."""
    if not moderates(actor, course.pk if course else None):
        raise NotAllowed(ELSEWHERE)
    try:
        plain = normalise_link(pattern) if kind == Filter.Kind.LINK else normalise(pattern)
    except ValueError:
        plain = ""
    if not plain or len(plain) > 120:
        raise Unfit("Write the word or words, or the address of a site, in 1 to 120 characters.")
    try:
        with transaction.atomic():
            made = Filter.objects.create(
                kind=kind, pattern=plain, action=action, course=course, note=note.strip(), by=actor
            )
            leave_trace(actor, made, "added")
    except IntegrityError as error:
        raise NotNow(
            "There is such a filter already. Remove that one first, if you wish it to do something else."
        ) from error
    return made


@transaction.atomic
def remove_filter(*, actor: User, filter_: Filter) -> None:
    """Take a filter away; posts that it held stay in the queue. Raises `NotAllowed`."""
    if not moderates(actor, filter_.course_id):
        raise NotAllowed(ELSEWHERE)
    if Filter.objects.filter(pk=filter_.pk).exists():
        leave_trace(actor, filter_, "removed")
        Filter.objects.filter(pk=filter_.pk).delete()


def leave_trace(actor: User, filter_: Filter, what: str) -> Act:
    details = {"what": what, "kind": filter_.kind, "pattern": filter_.pattern, "action": filter_.action}
    return record_act(
        actor=actor, verb=Verb.FILTER, target=(Act.Target.FILTER, filter_.pk), course=filter_.course, details=details
    )
