"""A mail that tells somebody their notices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from . import links
from .models import ALWAYS_TOLD, Kind, Notice, Wishes
from .reading import Fold, fold_standing
from .sentences import flatten

SUBJECT = 120  # characters


def write(notices: Sequence[Notice], standing: Mapping[int, str], wishes: Wishes) -> EmailMultiAlternatives:
    """The mail to the recipient of these notices, the newest first; the first knows `among` how many they are."""
    recipient, folds = notices[0].recipient, fold_standing(notices, standing)
    token = links.sign(wishes)
    stop_url = settings.SITE_URL + reverse("notices:stop", args=[token])
    told = {
        "name": recipient.name,
        "items": [describe(fold) for fold in folds],
        "more": max(0, getattr(notices[0], "among", 0) - len(notices)),
        "site": settings.SITE_URL,
        "notices_url": settings.SITE_URL + reverse("notices:list"),
        "wishes_url": settings.SITE_URL + reverse("notices:linked-wishes", args=[token]),
        "stop_url": stop_url,
        "can_be_stopped": any(notice.kind not in ALWAYS_TOLD for notice in notices),
    }
    letter = EmailMultiAlternatives(
        subject=make_subject(folds),
        body=render_to_string("notices/_letter.txt", told),
        to=[recipient.email],
        headers=make_headers(stop_url) if told["can_be_stopped"] else {"Auto-Submitted": "auto-generated"},
    )
    letter.attach_alternative(render_to_string("notices/_letter.html", told), "text/html")
    return letter


def describe(fold: Fold) -> dict[str, str]:
    """One matter. A decision comes with its reason, everything else with the beginning of what was written."""
    newest = fold.newest
    words = str(newest.facts.get("reason", "")) if newest.kind == Kind.DECISION else fold.excerpt
    return {"sentence": fold.sentence, "words": flatten(words), "url": settings.SITE_URL + fold.address}


def make_subject(folds: Sequence[Fold]) -> str:
    first = folds[0].sentence
    if len(folds) == 1:
        return first if len(first) <= SUBJECT else f"{first[: SUBJECT - 1]}…"
    return f"{len(folds)} new notices from Kindling"


def make_headers(stop_url: str) -> dict[str, str]:
    """The mail program's own button stops all mails, by one request (RFC 8058); nobody answers to a machine."""
    return {
        "List-Unsubscribe": f"<{stop_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }
