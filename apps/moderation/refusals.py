"""What moderators ask for and is not done."""

from __future__ import annotations

from apps.conduct.refusals import NotAllowed, NotNow, Refusal, TooMany, Unfit

from .models import ReviewItem

__all__ = ["NotAllowed", "NotNow", "Refusal", "Stale", "TooMany", "Unfit"]


class Stale(NotNow):
    """Somebody changed or decided the item since the page was shown; `item` is how it stands now."""

    def __init__(self, item: ReviewItem) -> None:
        self.item = item
        if item.state == ReviewItem.State.SETTLED:
            who = item.settled_by.name if item.settled_by else "The site"
            super().__init__(
                f"{who} was faster and has decided this. Nothing of yours was done; your words are kept below."
            )
        else:
            super().__init__(
                "Something new came in since you opened this. Nothing was done; look at it again, your words are kept below."
            )
