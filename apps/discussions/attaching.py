"""Runs in posts: which can be attached, what that means for who sees them, and how they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format

from apps.accounts.models import User
from apps.runs.access import list_runs, may_see
from apps.runs.models import Run, Visibility
from apps.runs.numbers import write_number
from apps.runs.sharing import share

from .access import Viewer
from .models import Post
from .refusals import NotAllowed

METRICS = 3


@dataclass(frozen=True)
class RunCard:
    """A run as the post shows it to which it is attached; without `run` it is not shared with the viewer any more."""

    run: Run | None
    owner: str
    metrics: Sequence[tuple[str, str]] = ()
    page: str = ""
    lab: str = ""
    curve: str = ""


def list_attachable(actor: Viewer) -> QuerySet[Run]:
    """The own runs, newest first; of those that the site itself asked for, none."""
    return list_runs(actor).filter(errand__isnull=True).select_related("project").defer("code", "checks", "message")


def describe_run(run: Run) -> str:
    """In a list to choose from."""
    return f"{run.title} · {date_format(run.created_at, 'j M Y, H:i')} · {run.state}"


def require_own(actor: User, run: Run | None) -> None:
    if run is not None and run.user_id != actor.pk:
        raise NotAllowed("Only your own runs can be attached.")


def attach(run: Run | None) -> None:
    """Within the transaction that makes the post: whoever reads it can see the run from now on."""
    if run is not None and run.visibility != Visibility.PUBLIC:
        share(run=run, visibility=Visibility.PUBLIC)


def describe_card(viewer: Viewer, post: Post) -> RunCard | None:
    """The card of a post's run, or None where it has none. No query for a post with `author` and `run.project`."""
    run, author = post.run, post.author
    if run is None or author is None:
        return None
    run.user = author  # only one's own runs can be attached
    if not may_see(viewer, run):
        return RunCard(None, str(author))
    values = ((name, write_number(facts.get("last"))) for name, facts in sorted(run.metrics.items()))
    return RunCard(
        run,
        str(author),
        [(name, value) for name, value in values if value][:METRICS],
        page=run.get_absolute_url(),
        lab=f"{reverse('runs:lab')}?run={run.pk}",
        curve=reverse("runs:curve", args=[run.pk]),
    )
