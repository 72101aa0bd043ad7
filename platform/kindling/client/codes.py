"""What the command exits with. Where another program has a customary code for the same thing, it is ours, too."""

from __future__ import annotations

OUTCOMES = {
    "succeeded": 0,
    "failed": 1,  # when the run has no exit code of its own
    "lost": 121,
    "refused": 122,
    "output_limit": 123,
    "timed_out": 124,  # as `timeout` does
    "stopped": 130,  # as after Ctrl-C
    "out_of_memory": 137,  # as a process that the kernel killed
}
"""By final state of a run. A run that failed passes on its own exit code."""

USAGE = 2
REFUSED = 65
"""The site does not accept the request as it is."""
NOT_THERE = 66
AWAY = 69
BUSY = 75
"""Too many requests or runs: try again later."""
NO_ACCESS = 77
"""No token, or one that does not open this."""
LEFT = 130

HELP = """\
exit codes of `run` and `follow`:
  0    the run succeeded
  N    the run failed, and this is its own exit code
  121  lost: our machine failed, twice      124  the time was up
  122  refused: no safe sandbox             130  stopped
  123  it printed too much                  137  out of memory
of every command:
  2    wrong usage                          69   the site is away
  65   the site refused the request         75   too many requests or runs
  66   no such run, project or file         77   no token, or not a valid one
"""


def choose(state: str, exit_code: int | None) -> int:
    """For a run that ended so. A failure is never 0, whatever the run says."""
    if state == "failed" and exit_code is not None and 0 < exit_code < 256:
        return exit_code
    return OUTCOMES.get(state, 1)
