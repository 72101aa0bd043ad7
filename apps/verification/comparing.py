"""Whether a program printed what a text says that it prints."""

from __future__ import annotations

import re

NEAR = 0.02
"""Close numbers differ by no more than this part of the one that the text names."""

NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")


def agrees(printed: str, claimed: str, *, match: str) -> bool:
    """`match` is exact, or close: the same words, and numbers within 2 %. Blank space at the very end counts for nothing."""
    printed, claimed = printed.rstrip(), claimed.rstrip()
    if match != "close":
        return printed == claimed
    if NUMBER.sub("#", printed) != NUMBER.sub("#", claimed):
        return False
    pairs = zip(_numbers(printed), _numbers(claimed), strict=True)
    return all(abs(came - said) <= NEAR * abs(said) for came, said in pairs)


def _numbers(text: str) -> list[float]:
    return [float(number) for number in NUMBER.findall(text)]
