"""Sending an errand: a run of a service's, with all that a project's text would say of it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.runs import dispatch
from apps.runs.admission import admit_to_site, take_stock
from apps.runs.limits import list_differing
from apps.runs.models import Run
from apps.runs.setups import read_errand
from apps.runs.starting import place


def send(*, service: User, code: str, facts: Mapping[str, Any], client_token: uuid.UUID) -> Run:
    """Accept code to be run for a service; the same token gives the same run.

    `facts` are in the form of a text's projects: device, limits, checks, goal. Neither a student's pace nor a budget
    bounds a service: how many it has at work is its own to bound. Raises `SiteFull`.
    """
    with transaction.atomic():
        dispatch.lock_student(service.pk)
        known = Run.objects.filter(user_id=service.pk, client_token=client_token).first()
        if known is not None:
            return known
        setup = read_errand(facts)
        run = Run(user_id=service.pk, code=code, errand=dict(facts), client_token=client_token)
        run.device, run.limits = setup.device, list_differing(setup.limits)
        standing = take_stock(service.pk, run.device)
        admit_to_site(standing)
        place(run, standing, setup)
    return run
