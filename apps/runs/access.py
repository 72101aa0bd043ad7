"""Who may see and touch which runs: everybody their own."""

from __future__ import annotations

import uuid

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import Http404

from apps.accounts.models import User
from apps.courses.models import Item
from apps.runs.models import Run


def list_runs(user: User | AnonymousUser) -> QuerySet[Run]:
    """The runs that `user` may see, newest first."""
    return Run.objects.filter(user_id=user.pk) if user.is_authenticated else Run.objects.none()


def load_run(user: User | AnonymousUser, run_id: uuid.UUID) -> Run:
    """One of them, or 404: whether a run of somebody else exists is nobody's business."""
    run = list_runs(user).select_related("project__chapter__course").filter(pk=run_id).first()
    if run is None:
        raise Http404("You have no run of this number.")
    return run


def load_project(path: str) -> Item:
    """The project at `<course>/<chapter>/<key>` that now stands in the text, or 404. Everybody may run it."""
    course, _, rest = path.partition("/")
    chapter, _, key = rest.partition("/")
    projects = Item.objects.filter(
        chapter__course__slug=course,
        chapter__slug=chapter,
        chapter__live__isnull=False,
        key=key,
        kind=Item.Kind.PROJECT,
        retired_at__isnull=True,
    )
    project = projects.first()
    if project is None:
        raise Http404("The chapter has no such project any more. Reload the page.")
    return project
