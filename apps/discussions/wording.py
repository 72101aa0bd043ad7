"""Sentences that more than one page says."""

TOO_MUCH = "This would show far more than it says. Leave some of the formatting out."
HELD = "Thank you. A moderator reads your post before others see it, and you are told when it appears. You can see it already."
WITHDRAWN = "Your post is deleted. What others answered to it stays."
CAN_BE_BROUGHT_BACK = f"{WITHDRAWN} For a day you can bring it back, where it stood."
BROUGHT_BACK = "Your post is back where it stood."
