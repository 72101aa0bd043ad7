"""Sentences that more than one page says."""

TOO_MUCH = "This would show far more than it says. Leave some of the formatting out."
HELD = "A moderator looks at your post before others see it. You can see it already."
WITHDRAWN = "Your post is deleted. What others answered to it stays. Where it stood you can bring it back, for a day."
BROUGHT_BACK = "Your post is back where it stood."
