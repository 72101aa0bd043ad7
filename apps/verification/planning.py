"""What there is to be tried in a text: every listing, and of every project its start, its solution, its checks, its question."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from apps.courses.dialect import Compiled

from .models import Trial

LISTING_SECONDS = 60
"""A listing shows something; what trains for longer is a project, which may say how long."""

EMPTY = "pass\n"
"""The program that does nothing: a check that it passes asks for nothing."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that the text says of the code of an errand."""

    kind: Trial.Kind
    key: str
    code: str
    facts: Mapping[str, Any]
    expected: str = ""
    match: str = "exact"

    @property
    def fingerprint(self) -> str:
        """Another for every other claim."""
        said = json.dumps([self.kind, self.code, self.expected, self.match, self.facts], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()


def plan(compiled: Compiled) -> list[Trial]:
    """The trials of a text, not stored yet, in its order."""
    lines = {item.key: item.line for item in compiled.items}
    errands = sorted(_list_errands(compiled), key=lambda claims: lines.get(claims[0].key, 1))
    pairs = [(errand, claim) for errand, claims in enumerate(errands) for claim in claims]
    return [_make(position, errand, claim, lines) for position, (errand, claim) in enumerate(pairs)]


def _list_errands(compiled: Compiled) -> Iterator[list[Claim]]:
    """Claims in groups, each to be judged by one run."""
    kinds = {item.key: item.kind for item in compiled.items}
    for key, listing in compiled.listings.items():
        kind = Trial.Kind.EVIDENCE if kinds.get(key) == "evidence" else Trial.Kind.LISTING
        facts = {"limits": {"wall_s": LISTING_SECONDS}}
        yield [Claim(kind, key, listing["code"], facts, listing["output"], listing["match"])]
    for key, project in compiled.projects.items():
        yield from _list_of_project(key, project)


def _list_of_project(key: str, project: Mapping[str, Any]) -> Iterator[list[Claim]]:
    facts = {name: project[name] for name in ("goal", "device", "limits", "checks")}
    start = facts | {"starter_passes": project.get("starter_passes", False)}
    question = project["question"]
    asked = Claim(Trial.Kind.PREDICTION, key, project["code"], facts | {"question": question})
    measured = [asked] if question and question["metric"] else []
    yield [Claim(Trial.Kind.STARTER, key, project["code"], start, project["output"]), *measured]
    if project["solution"]:
        yield [Claim(Trial.Kind.SOLUTION, key, project["solution"], facts)]
    if project["checks"]:
        yield [Claim(Trial.Kind.CHECKS, key, EMPTY, facts)]


def _make(position: int, errand: int, claim: Claim, lines: Mapping[str, int]) -> Trial:
    return Trial(
        position=position,
        errand=errand,
        key=claim.key,
        kind=claim.kind,
        line=lines.get(claim.key, 1),
        code=claim.code,
        expected=claim.expected,
        match=claim.match,
        facts=dict(claim.facts),
        fingerprint=claim.fingerprint,
    )
