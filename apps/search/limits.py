"""How often somebody may search: typing asks several times a second, a program without end."""

from __future__ import annotations

import logging
import time

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest
from redis import RedisError

from .refusals import TooManySearches

logger = logging.getLogger(__name__)

MAX_SEARCHES = 300
WINDOW_S = 60
"""Somebody who types without a pause makes five requests a second; a class behind one address types in turns."""


def count_search(request: HttpRequest) -> None:
    """Counts a search of this person, or of a visitor's address. Raises `TooManySearches`.

    While Valkey is away nobody is counted.
    """
    window, passed = divmod(int(time.time()), WINDOW_S)
    who = request.user.pk or get_adapter().get_client_ip(request)
    key = f"searches:{who}:{window}"
    try:
        cache.add(key, 0, WINDOW_S)
        searches = cache.incr(key)
    except (RedisError, ValueError) as error:  # ValueError: the window ended between the two
        logger.warning("Searches are not counted: %s", error)
        return
    if searches > MAX_SEARCHES:
        raise TooManySearches(WINDOW_S - passed)
