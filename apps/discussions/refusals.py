"""What is asked of discussions and not done, beside what `apps.conduct.refusals` names."""

from __future__ import annotations

from apps.conduct.refusals import NotAllowed, NotNow, Refusal, TooMany, Unfit

__all__ = ["NotAllowed", "NotNow", "Refusal", "TooDeep", "TooMany", "Unfit"]


class TooDeep(NotNow):
    """The branch has reached its greatest depth; one of the posts above can still be answered."""

    def __init__(self) -> None:
        super().__init__("This branch is as deep as it may grow. Answer one of the posts above instead.")
