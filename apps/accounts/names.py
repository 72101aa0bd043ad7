"""What a person may be called, and which characters a line may hold that others read."""

from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError

from .models import MAX_NAME

MIN_NAME = 2
JOINERS = "\u200c\u200d"  # invisible, yet part of the spelling of Persian, Sinhala and of some emoji


def clean_name(value: str) -> str:
    """The name with single spaces; raises `ValidationError` with a sentence for the person."""
    name = " ".join(value.split())
    if not is_legible(name):
        raise ValidationError("A name may hold letters, digits, spaces and punctuation only.")
    if len(name) < MIN_NAME or not any(character.isalnum() for character in name):
        raise ValidationError(f"Please enter a name of {MIN_NAME} characters or more.")
    if len(name) > MAX_NAME:
        raise ValidationError(f"Please enter a shorter name: {MAX_NAME} characters at most.")
    return name


def is_legible(line: str) -> bool:
    """Whether every character can be seen, and none turns the text around it (controls, bidi overrides)."""
    return all(unicodedata.category(each)[0] != "C" or each in JOINERS for each in line)
