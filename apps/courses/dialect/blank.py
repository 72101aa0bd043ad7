"""A chapter that is still to be written."""

from __future__ import annotations

from django.utils import timezone

from .rules import FIXED


def outline_blank(title: str) -> str:
    """Front matter and the sections that every chapter has, in their order, with nothing in them."""
    front = f"---\ntitle: {title}\nlevel: \nsummary: \nupdated: {timezone.localdate()}\n---\n"
    names = (key.replace("-", " ").capitalize() for key in FIXED)
    return front + "".join(f"\n## {name} {{#{key}}}\n" for name, key in zip(names, FIXED, strict=True))
