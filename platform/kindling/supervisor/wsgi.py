"""The web side as `up` serves it: granian's worker process dies with granian, however that dies, and frees the port."""

from __future__ import annotations

import gc
from signal import SIGKILL

from kindling.embedded.birth import follow_parent
from kindling.wsgi import application

follow_parent(SIGKILL)
gc.collect()
gc.freeze()  # what was loaded stays to the end: looking through it for garbage costs pages time and finds nothing

__all__ = ["application"]
