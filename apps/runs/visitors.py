"""How much visitors may ask for: they have no account whose limits hold."""

from __future__ import annotations

import logging
import time

from allauth.account.adapter import get_adapter
from django.http import HttpRequest
from redis import RedisError

from apps.runs.refusals import TooManyLooks
from apps.runs.valkey import connect

logger = logging.getLogger(__name__)

MAX_LOOKS = 120
WINDOW_S = 60
"""A class of thirty behind one address watches a run, and everybody's stream may break a few times a minute."""


def count_look(request: HttpRequest) -> None:
    """Counts a visitor's wish to watch a run, by address; of people who are logged in, none. Raises `TooManyLooks`.

    While Valkey is away nobody is counted.
    """
    if request.user.is_authenticated:
        return
    window, passed = divmod(int(time.time()), WINDOW_S)
    key = f"looks:{get_adapter().get_client_ip(request)}:{window}"
    try:
        pipe = connect().pipeline(transaction=False)
        pipe.incr(key)
        pipe.expire(key, WINDOW_S)
        looks = int(pipe.execute()[0])
    except RedisError as error:
        logger.warning("Looks of visitors are not counted: Valkey is away (%s)", error)
        return
    if looks > MAX_LOOKS:
        raise TooManyLooks(
            "Too many runs are looked at from your network. Log in, or try again in a minute.",
            retry_after_s=WINDOW_S - passed,
        )
