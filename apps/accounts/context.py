"""What the frame around every page asks about its reader."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from . import mailbox
from .access import is_admin, is_editor, is_local, is_moderator


def viewer(request: HttpRequest) -> dict[str, object]:
    """`viewer.is_editor` and the like; answered only when a template asks, so that a plain page costs no query."""
    return {"viewer": SimpleLazyObject(lambda: describe(request))}


def describe(request: HttpRequest) -> dict[str, bool]:
    return {
        "is_editor": is_editor(request.user),
        "is_moderator": is_moderator(request.user),
        "is_admin": is_admin(request.user),
        "has_mailbox": has_mailbox(request, is_admin=is_admin(request.user)),
    }


def has_mailbox(request: HttpRequest, *, is_admin: bool = False) -> bool:
    """Whether the reader is offered the mailbox; an admin is from anywhere."""
    return mailbox.is_in_use() and (is_admin or is_local(request))
