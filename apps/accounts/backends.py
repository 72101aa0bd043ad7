"""Where Django finds the person of a session."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q

from .models import User


class Backend(AuthenticationBackend):
    def get_user(self, user_id: int) -> User | None:
        """The active person with their roles, in one query: every page of a session asks for both."""
        roles = ArrayAgg("groups__name", filter=Q(groups__isnull=False), default=[])
        user = User.objects.annotate(found_roles=roles).filter(pk=user_id).first()
        if user is None or not self.user_can_authenticate(user):
            return None
        user.role_names = frozenset(user.found_roles)
        return user
