"""What the supervisor tells a zygote, on its command line, of the world it was put into."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from workers.runner import calls, policy
from workers.runner.calls import Calls
from workers.runner.landlock import OWN, READ, USE, Right, Rule
from workers.runner.policy import Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Where the zygote's cells are made, and of what.

    `code` is the folder our own code is imported from, `packages` where the installed ones are, `readable` what a run
    may read beside the system; `base` holds the places of a tier without namespaces for each run. `accelerators` are
    device files that a run may use.
    """

    tier: str
    code: str
    packages: list[str]
    readable: list[str]
    base: str = ""
    accelerators: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)

    def encode(self) -> str:
        """For a command line."""
        return json.dumps(asdict(self))

    @classmethod
    def decode(cls, text: str) -> Setting:
        """What `encode` made."""
        return cls(**json.loads(text))

    @property
    def how(self) -> Tier:
        """The tier itself."""
        return next(tier for tier in policy.TIERS if tier.name == self.tier)

    @property
    def calls(self) -> Calls:
        """What a run may call."""
        chosen = calls.NESTED if self.how.nested else calls.FLAT
        return calls.for_accelerator(chosen) if self.accelerators else chosen

    def rules(self, home: str) -> list[Rule]:
        """What Landlock leaves to a run that lives in `home`."""
        readable = (*policy.READABLE, *policy.READABLE_OF_PROC, *self.readable, *self.packages)
        devices = [*(f"/dev/{name}" for name in policy.DEVICES)]
        return [
            *(Rule(path, READ) for path in readable),
            *(Rule(path, USE) for path in devices),
            *(Rule(path, USE | Right.IOCTL_DEV) for path in self.accelerators),
            Rule(home, OWN),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What the harness has to know of the cell it runs in.

    `others` are threads that the kernel counts together with the run's: at least its keeper's, and the one in the
    run's own process that reports on it. A run that is `alone` cannot start any process.
    """

    home: str = policy.HOME
    packages: tuple[str, ...] = ()
    others: int = 2
    alone: bool = False
    variables: dict[str, str] = field(default_factory=dict)
