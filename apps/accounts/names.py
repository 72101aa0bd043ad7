"""What a person may be called."""

from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError

from .models import MAX_NAME

MIN_NAME = 2


def clean_name(value: str) -> str:
    """The name with single spaces; refuses what cannot be seen or would turn the text around it (controls, bidi)."""
    name = " ".join(value.split())
    if any(unicodedata.category(character).startswith("C") for character in name):
        raise ValidationError("A name may hold letters, digits, spaces and punctuation only.")
    if len(name) < MIN_NAME or not any(character.isalnum() for character in name):
        raise ValidationError(f"Please enter a name of {MIN_NAME} characters or more.")
    if len(name) > MAX_NAME:
        raise ValidationError(f"Please enter a shorter name: {MAX_NAME} characters at most.")
    return name
