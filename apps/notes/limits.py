"""How much one student may keep. Generous to whoever reads, and a bound to what a script could send."""

from datetime import timedelta

MAX_NOTES = 2_000
MAX_NOTES_IN_CHAPTER = 200
"""All of a chapter's notes come to its page in one answer."""

MAX_BOOKMARKS = 500
MAX_QUOTE = 1_000
MAX_CONTEXT = 40
"""Characters before and after a quote: enough to tell two equal quotes apart."""

MAX_BODY = 4_000
MAX_OFFSET = 2**31 - 1  # what the column holds
UNDO_FOR = timedelta(days=1)
"""How long a deleted note can be brought back."""
