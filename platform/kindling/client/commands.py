"""What the command can do. Each function does one command, and answers the code to exit with."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kindling.client import codes, configuration, words
from kindling.client.configuration import Login
from kindling.client.failures import Failure
from kindling.client.following import follow
from kindling.client.site import Site
from kindling.client.watching import watch


def log_in(given: argparse.Namespace) -> int:
    """Asks for site and token, tries them, keeps them."""
    site = _read_site(given.site)
    login = Login(site=site, token=_read_token(site))
    Site(login).get("/runs", limit=1)
    file = configuration.save(login)
    print(f"You are logged in at {site}. The token is kept in {file}.")
    return 0


def run(given: argparse.Namespace) -> int:
    """Starts a script and follows it."""
    site = Site(configuration.load())
    wanted = {"code": _read_script(given.script), "limits": dict(given.limit or [])}
    wanted |= {name: value for name, value in (("project", given.project), ("device", given.device)) if value}
    started = site.post("/runs", wanted, key=str(uuid.uuid4()))
    print(f"kindling: {started['url']}", file=sys.stderr)
    if given.detach:
        print(started["id"])
        return 0
    return watch(site, started["id"], may_stop=True)


def follow_run(given: argparse.Namespace) -> int:
    return watch(Site(configuration.load()), given.id, may_stop=False)


def list_runs(given: argparse.Namespace) -> int:
    page = Site(configuration.load()).get("/runs", limit=given.number, state=given.state, project=given.project)
    for each in page["runs"]:
        seconds = "" if each["wall_s"] is None else f"{each['wall_s']:.1f} s"
        loss = each["metrics"].get("loss", {}).get("last")
        shown = f"loss {words.describe_number(float(loss))}" if isinstance(loss, int | float) else ""
        what = each["project"] or "own code"
        print(
            f"{each['id']}  {each['created_at'][:16]}  {each['state']:<13}  {seconds:>8}  {shown:<14}  {what}".rstrip()
        )
    return 0


def show(given: argparse.Namespace) -> int:
    found = Site(configuration.load()).get(f"/runs/{given.id}")
    if given.json:
        print(json.dumps(found, indent=2))
        return 0
    for name, value in found.items():
        if name not in ("code", "metrics", "checks", "events_url", "limits") and value not in (None, "", {}):
            print(f"{name:<12} {words.make_safe(str(value))}")
    for name, metric in found["metrics"].items():
        print(f"{'metric':<12} {words.make_safe(name)}: {json.dumps(metric)}")
    for check in found["checks"] or []:
        print(f"{'check':<12} {'passed' if check['passed'] else 'not passed'}: {words.make_safe(check['name'])}")
    return 0


def control(given: argparse.Namespace) -> int:
    """stop, pause, resume, step: each adds to a list of its own."""
    answer = Site(configuration.load()).post(f"/runs/{given.id}/{given.noun}")
    print(f"Asked. The run is {answer['state']}.")
    return 0


def inspect(given: argparse.Namespace) -> int:
    """Asks for a look inside, and waits for the event that answers."""
    site = Site(configuration.load())
    of = given.of or ("tensor" if given.name else "modules")
    asked = site.post(f"/runs/{given.id}/inspections", {"of": of, "name": given.name})["id"]
    for frame in follow(site, given.id):
        if frame.type == "inspection" and frame.data.get("id") == asked:
            print(words.make_safe(words.describe_inspection(frame.data)))
            return codes.REFUSED if frame.data.get("error") else 0
    raise Failure("The run ended before it could be looked into.", codes.REFUSED)


def read_log(given: argparse.Namespace) -> int:
    text = Site(configuration.load()).read_text(f"/runs/{given.id}/log", format="ndjson" if given.events else "text")
    encoding = sys.stdout.encoding or "utf-8"
    safe = words.make_safe(text) if sys.stdout.isatty() else text
    sys.stdout.write(safe.encode(encoding, "replace").decode(encoding))
    return 0


def _read_site(given: str | None) -> str:
    site = given or _ask(f"Address of the site [{configuration.DEFAULT_SITE}]: ") or configuration.DEFAULT_SITE
    site = (site if "://" in site else f"https://{site}").rstrip("/")
    parts = urlsplit(site)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Failure(f"{site} is not the address of a site. It looks like https://kindling.example.", codes.USAGE)
    if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        print("kindling: this address begins with http: whoever is on the way can read your token.", file=sys.stderr)
    return site


def _read_token(site: str) -> str:
    if not sys.stdin.isatty():
        token = sys.stdin.readline().strip()
    else:
        print(f"Make a token on the page {site}/accounts/tokens/ and paste it here.", file=sys.stderr)
        token = getpass.getpass("Token: ").strip()
    if not token or not token.isascii() or not token.isprintable():
        raise Failure("That is no token. One begins with kdl_.", codes.NO_ACCESS)
    return token


def _ask(question: str) -> str:
    return input(question).strip() if sys.stdin.isatty() else ""


def _read_script(name: str) -> str:
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except OSError as error:
        raise Failure(f"{name} cannot be read: {error.strerror or error}.", codes.NOT_THERE) from None
    except UnicodeDecodeError:
        raise Failure(f"{name} is not UTF-8 text, which Python code has to be.", codes.REFUSED) from None


def read_id(text: str) -> str:
    """The id of a run, for argparse."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no id of a run: `kindling runs` lists yours") from None


def read_limit(text: str) -> tuple[str, int | float]:
    """`memory_mb=512`, for argparse."""
    name, _, number = text.partition("=")
    try:
        value: Any = float(number) if any(sign in number for sign in ".eE") else int(number)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no limit: write its name, = and a number") from None
    return name, value
