"""Postgres 18 and Valkey 9 from their wheels: the same engines as in production, owned by one data folder.

Nothing here needs a system user, a port or a right: both listen on Unix sockets in a folder that only the owner enters.
`<data>/postgres` and `<data>/valkey` hold what must survive, `<data>/secrets` the passwords and keys made on first use.
"""
