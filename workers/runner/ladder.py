"""Which tier this machine reaches: the best one that a self-test has tried here, and found to hold."""

from __future__ import annotations

from workers.runner import policy, selftest
from workers.runner.bubblewrap import Unfit
from workers.runner.policy import Tier


def choose(forced: str | None = None) -> Tier:
    """The best tier that holds, or the forced one if it does. Raises `Unfit` with the reasons, in one sentence."""
    reasons = []
    for tier in policy.TIERS:
        if forced not in (None, tier.name):
            continue
        try:
            selftest.probe(tier)
        except Unfit as reason:
            reasons.append((tier, str(reason)))
        else:
            return tier
    raise Unfit(_tell(reasons))


def _tell(reasons: list[tuple[Tier, str]]) -> str:
    """What stands in the way of each tier; the same reason is given once."""
    told: dict[str, list[str]] = {}
    for tier, reason in reasons:
        told.setdefault(reason, []).append(tier.name)
    return "; ".join(f"{reason} ({', '.join(names)})" for reason, names in told.items())
