"""Accounts by which the site itself acts, where something must be somebody's."""

from __future__ import annotations

import uuid

from django.contrib.auth.hashers import make_password

from .models import User


def find_service(name: str, *, label: str) -> User:
    """The account of this service, made at first use: it has no password, no mailbox and no role, and never logs in.

    One query once it is there.
    """
    found = User.objects.filter(service=name).first()
    if found is not None:
        return found
    # Nobody can have signed up with this address before, and no domain under .invalid can ever be mailed.
    email = f"{name}-{uuid.uuid4().hex}@services.invalid"
    fields = {"email": email, "name": label, "is_active": False, "password": make_password(None)}
    return User.objects.get_or_create(service=name, defaults=fields)[0]
