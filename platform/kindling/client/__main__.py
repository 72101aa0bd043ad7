"""`kindling …`: the words of the command line, and where they lead."""

from __future__ import annotations

import argparse
import sys

from kindling.client import codes, commands
from kindling.client.failures import Failure
from kindling.client.site import Interrupted

DESCRIPTION = "Run Python code on a Kindling site and watch it train, from the terminal."
CONTROLS = {
    "stop": ("stops", "end a run"),
    "pause": ("pauses", "pause a run at its next step"),
    "resume": ("resumes", "let a paused run go on"),
    "step": ("steps", "let a paused run make one step"),
}


def main(arguments: list[str] | None = None) -> int:
    """The code to exit with."""
    given = build_parser().parse_args(arguments)
    try:
        code: int = given.do(given)
        sys.stdout.flush()
    except (Failure, Interrupted) as failure:
        print(f"kindling: {failure}", file=sys.stderr)
        return failure.code if isinstance(failure, Failure) else codes.AWAY
    except KeyboardInterrupt:
        print("\nkindling: left. What was started goes on; `kindling runs` lists it.", file=sys.stderr)
        return codes.LEFT
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has gone, as `head` does
        return 0
    return code


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kindling",
        description=DESCRIPTION,
        epilog=codes.HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_login(parsers)
    _add_run(parsers)
    _add_looking(parsers)
    for word, (noun, help_) in CONTROLS.items():
        control = parsers.add_parser(word, help=help_, description=help_.capitalize() + ".")
        control.add_argument("id", metavar="ID", type=commands.read_id)
        control.set_defaults(do=commands.control, noun=noun)
    _add_inspect(parsers)
    return parser


Parsers = argparse._SubParsersAction  # argparse has no public name for it


def _add_login(parsers: Parsers[argparse.ArgumentParser]) -> None:
    login = parsers.add_parser(
        "login",
        help="say where the site is and what opens it",
        description="Ask for the site's address and an access token, try them, and keep them for this user only. "
        "Where nobody logs in, set KINDLING_SITE and KINDLING_TOKEN instead.",
    )
    login.add_argument("--site", help="the address, instead of being asked for it")
    login.set_defaults(do=commands.log_in)


def _add_run(parsers: Parsers[argparse.ArgumentParser]) -> None:
    run = parsers.add_parser(
        "run",
        help="run a script and follow it",
        description="Run a script on the site, show its output and its loss, and exit with its exit code. "
        "Ctrl-C stops the run; a second one leaves without waiting for its end.",
    )
    run.add_argument("script", help="file of Python code; - reads it from the input")
    run.add_argument("--project", metavar="COURSE/CHAPTER/KEY", help="the project that the run belongs to")
    run.add_argument("--device", choices=["cpu", "gpu"], help="where to train; the project's choice, else cpu")
    run.add_argument(
        "--limit",
        action="append",
        type=commands.read_limit,
        metavar="NAME=NUMBER",
        help="allow the run less, such as memory_mb=512 or wall_s=30; may be repeated",
    )
    run.add_argument("--detach", action="store_true", help="print the run's id and leave it running")
    run.set_defaults(do=commands.run)


def _add_looking(parsers: Parsers[argparse.ArgumentParser]) -> None:
    follow = parsers.add_parser("follow", help="follow a run to its end", description="Follow a run; Ctrl-C leaves it.")
    follow.set_defaults(do=commands.follow_run)
    show = parsers.add_parser("show", help="show all that is known of a run")
    show.add_argument("--json", action="store_true", help="as the API gives it")
    show.set_defaults(do=commands.show)
    log = parsers.add_parser("log", help="print what a run has printed so far")
    log.add_argument("--events", action="store_true", help="every event, as a line of JSON")
    log.set_defaults(do=commands.read_log)
    for each in (follow, show, log):
        each.add_argument("id", metavar="ID", type=commands.read_id)
    runs = parsers.add_parser("runs", help="list your runs, newest first")
    runs.add_argument("-n", "--number", type=int, default=25, help="how many, 100 at most")
    runs.add_argument("--state", help="only those in this state, such as running")
    runs.add_argument("--project", metavar="COURSE/CHAPTER/KEY", help="only those of this project")
    runs.set_defaults(do=commands.list_runs)


def _add_inspect(parsers: Parsers[argparse.ArgumentParser]) -> None:
    inspect = parsers.add_parser(
        "inspect", help="look inside a run that goes on", description="List modules and tensors, or show one of them."
    )
    inspect.add_argument("id", metavar="ID", type=commands.read_id)
    inspect.add_argument("name", nargs="?", default="", help="of a tensor or a module")
    inspect.add_argument("--of", choices=["modules", "tensor", "activations"], help="what to look at")
    inspect.set_defaults(do=commands.inspect)


if __name__ == "__main__":
    sys.exit(main())
