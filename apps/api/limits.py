"""How many requests a person's programs may send. What costs the machines something, starting runs, has limits of its own."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

from django.http import HttpRequest
from redis import RedisError

from apps.api.problems import Problem
from apps.runs.valkey import connect

logger = logging.getLogger(__name__)

MAX_REQUESTS = 300
WINDOW_S = 60


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a person's requests, and for how many seconds that holds."""

    left: int
    reset_s: int


def count(request: HttpRequest, user_id: int) -> None:
    """Counts this request; all tokens of a person count together. Raises `Problem` (429) when it is one too many.

    While Valkey is away nothing is counted: the API then reads and starts runs from Postgres as pages do, and the limits
    that protect the machines stand there, too.
    """
    try:
        allowance = _take(user_id)
    except RedisError as error:
        logger.warning("Requests of the API are not counted: Valkey is away (%s)", error)
        return
    request.api_allowance = allowance  # type: ignore[attr-defined]
    if allowance.left < 0:
        raise Problem(
            429,
            f"More than {MAX_REQUESTS} requests within a minute. Try again in {allowance.reset_s} s.",
            headers={"Retry-After": str(allowance.reset_s)},
        )


def describe(request: HttpRequest) -> dict[str, str]:
    """Headers that tell a program how far it may go, once its requests are counted."""
    allowance: Allowance | None = getattr(request, "api_allowance", None)
    if allowance is None:
        return {}
    return {
        "RateLimit-Policy": f'"requests";q={MAX_REQUESTS};w={WINDOW_S}',
        "RateLimit": f'"requests";r={max(allowance.left, 0)};t={allowance.reset_s}',
    }


def _take(user_id: int) -> Allowance:
    window, passed = divmod(int(time.time()), WINDOW_S)
    key = f"api:requests:{user_id}:{window}"
    pipe = connect().pipeline(transaction=False)
    pipe.incr(key)
    pipe.expire(key, WINDOW_S)
    used = int(pipe.execute()[0])
    return Allowance(left=MAX_REQUESTS - used, reset_s=WINDOW_S - passed)
