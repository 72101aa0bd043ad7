"""Who may do what in Valkey: one user for each side of the wall. Standard library only, to serve before anything is installed."""

from __future__ import annotations

import hashlib

from kindling.embedded.secrets import Secrets

RIGHTS = {
    # No process of ours: who looks after the server.
    "admin": "~* &* +@all",
    "web": "~* &* +@all -@admin",
    # The queue it serves, the messages it may send to the recorder, and of a run its events, lease, claim and stop.
    # In brackets: it takes what a run is asked to do and asks nothing, and it announces and withdraws itself.
    "worker": (
        # kombu asks for a queue's sizes under its four priorities, whether they are used or not: `control`, `control??3` …
        "~runs.* %W~control %W~control??[369] ~run:* ~lease:* ~claim:* %R~stop:* %W~bus "
        "~_kombu.* &controls +@all -@admin -@dangerous +info "
        "(~controls:* -@all +lpop +llen) (%W~machine:* %W~machines -@all +set +del +sadd +srem)"
    ),
    # Events of runs, and whose streams end, to read.
    "streams": "%R~run:* %R~bus %R~closings -@all +@connection +xread +xrange +xrevrange +xlen +xinfo +exists",
}
"""What each user may do, in the words of `ACL SETUSER`."""


def describe_users(secrets: Secrets) -> str:
    """The ACL file of a Valkey server; it holds the passwords' hashes only."""
    users = [f"user {user} on #{_hash(getattr(secrets, f'valkey_{user}'))} {rights}" for user, rights in RIGHTS.items()]
    return "\n".join(["user default off", *users]) + "\n"


def _hash(password: str) -> str:
    return hashlib.sha256(password.encode()).hexdigest()
