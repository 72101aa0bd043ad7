"""Runs the code of students: a supervisor outside, a warm zygote per slot in a sandbox, one short-lived cell per run.

`policy` says what a run may see, call and use; `kernel`, `filter`, `cell`, `stage` and `bubblewrap` are the mechanism;
`slot`, `spare`, `run` and `server` are the supervisor, which trusts nothing that comes out of a cell.
"""
