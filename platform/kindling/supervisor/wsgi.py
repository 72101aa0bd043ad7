"""The web side as `up` serves it: granian's worker process dies with granian, however that dies, and frees the port."""

from __future__ import annotations

from signal import SIGKILL

from kindling.embedded.birth import follow_parent
from kindling.wsgi import application

follow_parent(SIGKILL)

__all__ = ["application"]
