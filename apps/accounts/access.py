"""Who may what, as far as accounts decide it. Inactive people and visitors have no role."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from .models import Role, User

Visitor = User | AnonymousUser


def is_moderator(user: Visitor) -> bool:
    return has_role(user, Role.MODERATOR)


def is_editor(user: Visitor) -> bool:
    return has_role(user, Role.EDITOR)


def is_admin(user: Visitor) -> bool:
    return has_role(user, Role.ADMIN)


def has_role(user: Visitor, role: Role) -> bool:
    """Whether an active person holds the role; an admin holds every one. One query per instance, if any."""
    return isinstance(user, User) and user.is_active and not user.role_names.isdisjoint({role, Role.ADMIN})


def may_read_mailbox(request: HttpRequest) -> bool:
    """Its mails open every account: only somebody sitting at this machine may read them, or an admin."""
    return is_local(request) or is_admin(request.user)


def is_local(request: HttpRequest) -> bool:
    """Whether the request comes from this machine without a proxy in between, which would hide where from."""
    if "HTTP_X_FORWARDED_FOR" in request.META or "HTTP_FORWARDED" in request.META:
        return False
    return _is_loopback(request.META.get("REMOTE_ADDR", ""))


@lru_cache(maxsize=1024)
def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
