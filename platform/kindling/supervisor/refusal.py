"""Why `up` cannot go on."""

from __future__ import annotations


class Refusal(Exception):
    """One clear sentence for the person at the terminal: what is wrong, and what to do."""
