"""Who speaks, and what their token may do. Cookies count for nothing here, so nothing can be forged from another site."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.security import HttpBearer

from apps.accounts import tokens
from apps.accounts.models import AccessToken, Scope, User
from apps.api import limits
from apps.api.problems import Problem, make_unauthorised


class Bearer(HttpBearer):
    """`Authorization: Bearer kdl_…` with a token that has `scope`."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> AccessToken:
        """The token that was sent. Raises `Problem`: 401, 403, 429."""
        found = tokens.find(token.strip())
        if found is None:
            raise make_unauthorised(
                "This token is unknown, has expired or was revoked. Make a new one on the page /accounts/tokens/.",
                error="invalid_token",
            )
        limits.count(request, found.user_id)
        if self.scope not in found.scopes:
            raise _make_forbidden(self.scope)
        request.user = found.user  # whoever else a cookie names has no say, nor costs a query
        return found


def get_user(request: HttpRequest) -> User:
    """The person whose token was accepted."""
    token: AccessToken = request.auth  # type: ignore[attr-defined]
    return token.user


def _make_forbidden(scope: Scope) -> Problem:
    return Problem(
        403,
        f"This takes a token with the scope {scope}. Make one on the page /accounts/tokens/.",
        headers={"WWW-Authenticate": f'Bearer realm="Kindling", error="insufficient_scope", scope="{scope}"'},
    )
