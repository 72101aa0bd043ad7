"""What the templates of a run's page are given."""

from __future__ import annotations

import json
import re
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from apps.runs import access
from apps.runs.addresses import add_key, describe, describe_shared, find_page
from apps.runs.exporting import name_file
from apps.runs.forms import LabelForm, ShareForm
from apps.runs.models import Run, Visibility
from apps.runs.numbers import write_number
from apps.runs.series import read_series
from apps.runs.setups import Setup, read_setup
from apps.runs.transcripts import Piece, read_transcript
from apps.runs.verdicts import describe_verdict

CODES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f]")
"""Colours and other orders to a terminal, of which a page without scripts makes nothing."""


def describe_page(request: HttpRequest, run: Run, key: str = "") -> dict[str, Any]:
    """The whole context of the page, for its owner or for somebody to whom it is shared (`key` is what opened it)."""
    is_own, setup = access.is_own(request.user, run), read_setup(run.project_id)
    words = {
        "run": run,
        "is_own": is_own,
        "key": key,
        "urls": describe(run) if is_own else describe_shared(run, key),
        "goal": setup.goal,
        "facts": describe_project(run, setup),
        "file_name": name_file(run, "py"),
        "preview": describe_preview(request, run),
        "places": list_places(run, key),
    }
    return words | describe_record(request, run) | describe_verdict(run, setup) if is_own else words


def describe_project(run: Run, setup: Setup) -> str:
    """What the lab is to know of the run's project, as JSON: where its text is, what is checked, what explains a diagnosis."""
    if run.project is None:
        return "{}"
    checks = [check.name for check in setup.checks]
    chapter = run.project.chapter.get_absolute_url()
    return json.dumps({"chapter": chapter, "checks": checks, "mistakes": setup.mistakes})


def describe_plainly(request: HttpRequest, run: Run, key: str) -> dict[str, Any]:
    """The same with what it said so far. Raises `redis.RedisError` while a run that goes on cannot be heard."""
    transcript = read_transcript(run)
    shown = [Piece(piece.kind, CODES.sub("", piece.text)) for piece in transcript.pieces if piece.kind != "figure"]
    series = [] if run.is_over else read_series(run)
    going_on = [(each.name, write_number(each.points[-1][1])) for each in series]
    ended = [(name, write_number(facts.get("last"))) for name, facts in sorted(run.metrics.items())]
    context = describe_page(request, run, key)
    return context | {"transcript": transcript, "console": shown, "metrics": ended if run.is_over else going_on}


def list_places(run: Run, key: str) -> dict[str, str]:
    """Where else the run is found, by name."""
    there = {name: reverse(f"runs:{name}", args=[run.pk]) for name in ("script", "notebook", "series")}
    lab = f"{reverse('runs:lab')}?run={run.pk}" + (f"&key={key}" if key else "")
    return {name: add_key(url, key) for name, url in there.items()} | {"lab": lab, "page": find_page(run, key)}


def describe_record(request: HttpRequest, run: Run) -> dict[str, Any]:
    """What its owner alone sees and changes."""
    return {
        "label_form": LabelForm(initial={"name": run.name, "note": run.note}, auto_id="label_%s"),
        "share_form": ShareForm(initial={"visibility": run.visibility}, auto_id="share_%s"),
        "link": request.build_absolute_uri(find_page(run, run.share_key or "")),
    }


def describe_preview(request: HttpRequest, run: Run) -> dict[str, str] | None:
    """What other sites show of a link to this run; nothing of a private one."""
    if run.visibility == Visibility.PRIVATE:
        return None
    card, key = reverse("runs:card", args=[run.pk]), run.share_key or ""
    return {
        "url": request.build_absolute_uri(find_page(run, key)),
        "card": request.build_absolute_uri(add_key(card, key)),
        "words": describe_outcome(run),
    }


def describe_outcome(run: Run) -> str:
    """How it stands with a run, in a sentence or two."""
    loss = f" The last loss was {run.last_loss}." if run.last_loss else ""
    return f"{OUTCOMES.get(run.state, 'A training run that has not ended yet.')}{loss}"


OUTCOMES = {
    "succeeded": "A training run that finished.",
    "failed": "A run that ended with an error in the code.",
    "stopped": "A run that was stopped.",
    "timed_out": "A run that reached its time limit.",
    "out_of_memory": "A run that reached its memory limit.",
    "output_limit": "A run that reached its output limit.",
    "refused": "A run that no machine could take.",
    "lost": "A run that was lost.",
}
