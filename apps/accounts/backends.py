"""Where Django finds the person of a session."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend

from .models import User

# By hand, because every page of a session asks it: building it with the ORM costs a sixth of a chapter page's CPU.
PERSON = """
SELECT person.*, ARRAY(
  SELECT role.name FROM accounts_user_groups member JOIN auth_group role ON role.id = member.group_id
  WHERE member.user_id = person.id) AS found_roles
FROM accounts_user person WHERE person.id = %s
"""


class Backend(AuthenticationBackend):
    def get_user(self, user_id: int) -> User | None:
        """The active person with their roles, in one query: every page of a session asks for both."""
        user = next(iter(User.objects.raw(PERSON, [user_id])), None)
        if user is None or not self.user_can_authenticate(user):
            return None
        user.role_names = frozenset(vars(user).pop("found_roles"))
        return user
