"""The web side's connection to Valkey."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry


@cache
def connect() -> Redis:
    """One client per process, safe to share between threads. Connects when first used; fails fast when Valkey is away."""
    return Redis.from_url(
        settings.VALKEY_URL,
        socket_timeout=2,  # a person is waiting; what could not be sent is swept up from Postgres
        socket_connect_timeout=1,
        retry=Retry(NoBackoff(), 1),  # once more at once: a pooled connection may be one that Valkey's restart closed
    )
