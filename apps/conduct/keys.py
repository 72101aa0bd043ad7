"""The key to the page of one act, for whom it concerns and who cannot log in."""

from __future__ import annotations

from django.core.signing import Signer
from django.utils.crypto import constant_time_compare

from .models import Act, Verb

SALT = "apps.conduct.act"


def locate(act: Act) -> str:
    """The page on which the person concerned reads why; with its key where they cannot log in to see it.

    An act that decides about an appeal leads to the page of the act in question, which tells the answer.
    """
    if act.verb == Verb.DECIDE:
        return locate(Act.objects.select_related("person").get(appeal=act.target_id))
    address = act.get_absolute_url()
    is_shut_out = act.person is not None and not act.person.is_active
    return f"{address}?key={make_key(act)}" if is_shut_out else address


def make_key(act: Act) -> str:
    return Signer(salt=SALT).signature(f"{act.pk}:{act.person_id}")


def opens(key: str, act: Act) -> bool:
    """Whether somebody was given this key with a letter about the act."""
    return act.person_id is not None and constant_time_compare(key, make_key(act))
