"""The database backend of the site: Django looks for `DatabaseWrapper` in a module of this name."""

from __future__ import annotations

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Asks the socket, not the server, whether a kept connection still stands.

    A server that went away has closed the connection, and one that ended it has said why: either way there is something
    to read on a connection that waits for nothing. Django's own check is a query, a seventh of a page's CPU.
    """

    def is_usable(self) -> bool:
        if self.connection is None or self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return not poll.poll(0)
