"""Sharing a run: with nobody, with who has the link, with everybody."""

from __future__ import annotations

import secrets

from django.db import transaction

from apps.runs import closing
from apps.runs.models import Run, Visibility

KEY_BYTES = 32
"""As long as a key of a cipher: nobody comes upon a link by trying."""


def share(*, run: Run, visibility: Visibility) -> Run:
    """Let these people see the run, on behalf of its owner.

    A link is made anew whenever sharing by link begins: one that was revoked never opens anything again. Whoever may see
    the run no longer stops seeing it now, live streams included.
    """
    with transaction.atomic():
        kept = Run.objects.select_for_update().only("visibility", "share_key").get(pk=run.pk)
        if kept.visibility != visibility:
            key = secrets.token_urlsafe(KEY_BYTES) if visibility == Visibility.LINK else None
            Run.objects.filter(pk=run.pk).update(visibility=visibility, share_key=key)
            if visibility != Visibility.PUBLIC and kept.visibility != Visibility.PRIVATE:
                closing.end_watching(run=run)
    run.refresh_from_db(fields=["visibility", "share_key"])
    return run
