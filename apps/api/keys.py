"""Idempotency keys: a request that is repeated, because its answer was lost, counts once."""

from __future__ import annotations

import uuid

from apps.api.problems import Problem

MAX_KEY = 64
SPACE = uuid.UUID("b7b1c1a6-5b0f-4d3c-9a43-7d0f2a6e6f5d")
"""Ours for these keys: tokens that pages make for themselves never meet them."""


def make_token(key: str | None, user_id: int) -> uuid.UUID:
    """The client token that `key` stands for, the same each time; another one each time without a key."""
    if key is None:
        return uuid.uuid4()
    if not 0 < len(key) <= MAX_KEY or not key.isascii() or not key.isprintable():
        words = f"An Idempotency-Key has 1 to {MAX_KEY} printable ASCII characters, such as those of a UUID."
        raise Problem(422, words, errors=[{"field": "header.Idempotency-Key", "detail": words}])
    return uuid.uuid5(SPACE, f"{user_id}:{key}")
