"""Who may what, as far as roles decide it. Inactive people and visitors have no role."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

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
