"""What is left of somebody's sessions when their account is closed."""

from __future__ import annotations

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone

from .models import User


def end_sessions(person: User) -> int:
    """Log somebody out everywhere, for good; from how many browsers that was.

    A session does not say whose it is before it is read, so that this reads all that are valid: some 50 µs each.
    """
    valid = Session.objects.filter(expire_date__gt=timezone.now())
    theirs = [
        each.session_key
        for each in valid.iterator(chunk_size=1_000)
        if each.get_decoded().get(SESSION_KEY) == str(person.pk)
    ]
    return Session.objects.filter(session_key__in=theirs).delete()[0]
