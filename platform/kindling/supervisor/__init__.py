"""`manage.py up`: every process of Kindling on one machine, under one supervisor.

Two processes stand above the others. The *guard* is the command itself; it starts the *supervisor*, which starts all the
rest. When the supervisor is killed the guard ends whatever is left and starts it again; when the guard is killed the
supervisor stops everything in order. Both adopt orphans, so no process outlives the command, however it ends.
"""
