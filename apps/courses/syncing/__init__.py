"""A course's folder and the site are brought to the same state, whichever of the two has changed."""

from .chapters import Step
from .courses import sync_course
from .merging import NoGit

__all__ = ["NoGit", "Step", "sync_course"]
