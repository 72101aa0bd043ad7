"""Who may see and touch which runs: everybody their own; and see what others share with them.

Whoever may see a run sees its code, what it printed and measured, and how it ended. Its note is its owner's alone, and so
is everything that changes it.
"""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Collection

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.http import Http404

from apps.accounts.models import User
from apps.courses.models import Item
from apps.runs.models import Run, Visibility

Viewer = User | AnonymousUser


def list_runs(user: Viewer) -> QuerySet[Run]:
    """The runs of `user`, newest first."""
    return Run.objects.filter(user_id=user.pk) if user.is_authenticated else Run.objects.none()


def load_run(user: Viewer, run_id: uuid.UUID) -> Run:
    """One of them, or 404: whether a run of somebody else exists is nobody's business."""
    run = list_runs(user).select_related("project__chapter__course").filter(pk=run_id).first()
    if run is None:
        raise Http404("You have no run of this number.")
    return run


def list_visible(viewer: Viewer) -> QuerySet[Run]:
    """What `viewer` may see without a link: the own runs, and those shared with everybody, but not by who is suspended."""
    public = Q(visibility=Visibility.PUBLIC, user__is_active=True)
    return Run.objects.filter(public | Q(user_id=viewer.pk) if viewer.is_authenticated else public)


def load_visible(viewer: Viewer, run_id: uuid.UUID, key: str = "") -> Run:
    """One of those, or the run that `key` opens; its owner and project are loaded, too. Else 404."""
    run = Run.objects.select_related("user", "project__chapter__course").filter(pk=run_id).first()
    if run is None or not may_see(viewer, run, key):
        raise Http404("There is no such run, or it is not shared with you any more.")
    return run


def load_several(viewer: Viewer, ids: Collection[uuid.UUID]) -> list[Run]:
    """All of these, oldest first, or 404."""
    runs = list_visible(viewer).select_related("user", "project__chapter__course").filter(pk__in=ids)
    found = list(runs.order_by("created_at", "id"))
    if len(found) < len(ids):
        raise Http404("One of these runs is not there, or it is not shared with everybody any more.")
    return found


def may_see(viewer: Viewer, run: Run, key: str = "") -> bool:
    """The one rule of sharing. The owner of `run` has to be loaded with it."""
    if is_own(viewer, run):
        return True
    if not run.user.is_active or run.visibility == Visibility.PRIVATE:
        return False
    return run.visibility == Visibility.PUBLIC or _opens(run, key)


def is_own(viewer: Viewer, run: Run) -> bool:
    return viewer.is_authenticated and run.user_id == viewer.pk


def _opens(run: Run, key: str) -> bool:
    return run.share_key is not None and hmac.compare_digest(run.share_key.encode(), key.encode("utf-8", "replace"))


def load_project(path: str) -> Item:
    """The project at `<course>/<chapter>/<key>` that now stands in the text, or 404. Everybody may run it."""
    course, chapter, key, *_ = [*path.replace("\0", "").split("/", 2), "", ""]  # Postgres knows no NUL
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
