"""Whose queue holds what: moderators see what belongs to their courses, and nobody what they wrote or did themselves."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache

from apps.accounts.models import User
from apps.conduct.access import list_courses_moderated, moderates_anything
from apps.conduct.keys import opens
from apps.conduct.models import Act, Filter, Sanction
from apps.courses.models import Chapter, Course
from apps.discussions.models import Post, Thread

from .models import CannedReply, Falling, FlagReason, ReviewItem

CLOSED_ACCOUNT = "closed_account"
"""Under this name the session of somebody who gave the right password of a suspended account keeps whose it is."""


P = ParamSpec("P")


class MemberRequest(HttpRequest):
    """A request of somebody who is logged in."""

    user: User


def members_only(
    view: Callable[Concatenate[MemberRequest, P], HttpResponse],
) -> Callable[Concatenate[MemberRequest, P], HttpResponse]:
    """Visitors are asked to log in; no answer is kept by any cache."""

    @wraps(view)
    def guarded(request: MemberRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return never_cache(guarded)


def moderators_only(
    view: Callable[Concatenate[MemberRequest, P], HttpResponse],
) -> Callable[Concatenate[MemberRequest, P], HttpResponse]:
    """Everybody else who is logged in gets a 403, too."""

    @wraps(view)
    def guarded(request: MemberRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not moderates_anything(request.user):
            raise PermissionDenied("These pages are for moderators.")
        return view(request, *args, **kwargs)

    return members_only(guarded)


def list_items(moderator: User) -> QuerySet[ReviewItem]:
    """All items of the courses that somebody moderates but those about themselves; none for others."""
    courses = list_courses_moderated(moderator)
    own = Q(post__author=moderator.pk) | Q(appeal__person=moderator.pk) | Q(appeal__act__actor=moderator.pk)
    items = ReviewItem.objects.exclude(own)
    return items if courses is None else items.filter(course__in=courses)


def list_queue(moderator: User) -> QuerySet[ReviewItem]:
    """What is open, the weightiest first, in the order of the index."""
    return list_items(moderator).filter(state=ReviewItem.State.OPEN).order_by(Falling("score"), "id")


def load_item(moderator: User, item_id: int) -> ReviewItem:
    """One of them, with its post, thread and chapter, or 404. One query."""
    items = list_items(moderator).select_related(
        "post__author",
        "post__thread__chapter__course",
        "appeal__act__course",
        "appeal__person",
        "claimed_by",
        "settled_by",
    )
    item = items.filter(pk=item_id).first()
    if item is None:
        raise Http404("There is no such item in your queue.")
    return item


def load_moderated_post(moderator: User, post_id: int) -> Post:
    """A post of a course that they moderate, with author and thread, or 404. One query."""
    posts = Post.objects.select_related("author", "thread__author", "thread__chapter__course")
    return get_object_or_404(posts.filter(_in_courses("thread__chapter__course", moderator)), pk=post_id)


def load_moderated_thread(moderator: User, thread_id: int) -> Thread:
    """The same of a thread that was not merged."""
    threads = Thread.objects.select_related("author", "chapter__course").filter(merged_into=None)
    return get_object_or_404(threads.filter(_in_courses("chapter__course", moderator)), pk=thread_id)


def list_chapters(moderator: User) -> QuerySet[Chapter]:
    """The published chapters of their courses: where threads can be moved to."""
    chapters = Chapter.objects.filter(_in_courses("course", moderator), live__isnull=False).select_related("course")
    return chapters.order_by("course__title", "number")


def list_courses(moderator: User) -> QuerySet[Course]:
    return Course.objects.filter(_in_courses("pk", moderator)).order_by("title")


def _in_courses(field: str, moderator: User) -> Q:
    courses = list_courses_moderated(moderator)
    return Q() if courses is None else Q(**{f"{field}__in": courses})


def load_person(person_id: int) -> User:
    return get_object_or_404(User.objects.filter(service=None), pk=person_id)


def load_sanction(sanction_id: int) -> Sanction:
    """With person, course and act. Who may lift it says the verb."""
    return get_object_or_404(Sanction.objects.select_related("person", "course", "act"), pk=sanction_id)


def load_filter(filter_id: int) -> Filter:
    return get_object_or_404(Filter, pk=filter_id)


def load_concerned(request: HttpRequest) -> User | None:
    """Whose decisions the request may see: one's own, or those about a closed account whose password was given. One
    query at most.
    """
    if isinstance(request.user, User):
        return request.user
    person = User.objects.filter(pk=request.session.get(CLOSED_ACCOUNT, 0), is_active=False, service=None)
    return person.first() if CLOSED_ACCOUNT in request.session else None


def load_own_act(request: HttpRequest, act_id: int, key: str) -> Act:
    """An act that concerns who asks, or for which they hold the key, with person and course; or 404."""
    act = Act.objects.select_related("person", "course").filter(pk=act_id, person__isnull=False).first()
    person = load_concerned(request)
    if act is None or (not (person and act.person_id == person.pk) and not opens(key, act)):
        raise Http404("There is no such decision about you. If you have an account, log in first.")
    return act


def list_reasons() -> QuerySet[FlagReason]:
    """Why a post can be flagged, in their order."""
    return FlagReason.objects.filter(retired_at=None)


def list_canned_replies(moderator: User) -> QuerySet[CannedReply]:
    """The words kept for the courses that somebody moderates, and for all."""
    courses = list_courses_moderated(moderator)
    replies = CannedReply.objects.select_related("course")
    return replies if courses is None else replies.filter(Q(course=None) | Q(course__in=courses))
