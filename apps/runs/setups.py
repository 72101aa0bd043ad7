"""What the live text of a chapter gives the runs of one of its projects."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from django.db.models import F, Func, JSONField

from apps.courses.dialect import CurveFacts, QuestionFacts
from apps.courses.dialect.curves import fingerprint
from apps.courses.models import Item
from apps.runs.limits import USUAL, read_limits
from apps.runs.models import Run
from workers.protocol import DEVICES, MAX_CHECKS, BadMessage, Check, Job, Limits, decode

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What a project's runs are to reach, where they go, what they may use, and what is asked of the code afterwards.

    The checks hold the answers: they travel to the machines' supervisors and never to a browser or a sandbox. So does the
    `question` to the student, which stays here. `mistakes` is for a diagnosis the id of the text about it; what may be
    seen of `solution`, and when, `apps.runs.solutions` decides. `curves` are what the chapter recorded of it, or of the
    project's own code where there is none; `fingerprint` is of that code.
    """

    goal: str = ""
    device: str = "cpu"
    limits: Limits = USUAL
    checks: tuple[Check, ...] = ()
    question: QuestionFacts | None = None
    mistakes: Mapping[str, str] = field(default_factory=dict)
    solution: str = ""
    curves: tuple[CurveFacts, ...] = ()
    fingerprint: str = field(default="", compare=False)


def read_setup(project_id: int | None) -> Setup:
    """One query, which fetches no more of the chapter than this project. What is malformed is logged and left out."""
    if project_id is None:
        return Setup()
    entry = Func(
        F("chapter__live__projects"),
        F("key"),
        template="%(expressions)s",
        arg_joiner=" -> ",
        output_field=JSONField(),
    )
    written = Item.objects.filter(pk=project_id).order_by().values_list(entry, flat=True).first()
    return _read(project_id, written) if isinstance(written, dict) else Setup()


def find_setup(run: Run) -> Setup:
    """What this run is given: by its project's live text, or by the errand that it is. One query, or none."""
    return read_setup(run.project_id) if run.errand is None else read_errand(run.errand)


def read_errand(errand: Mapping[str, Any]) -> Setup:
    """The same from facts that were sent along, in the form in which a text's projects are stored."""
    return _read(0, errand)


def _read(project_id: int, written: Mapping[str, Any]) -> Setup:
    device = written.get("device")
    return Setup(
        goal=str(written.get("goal") or ""),
        device=device if isinstance(device, str) and device in DEVICES else "cpu",
        limits=read_limits(written.get("limits") or {}),
        checks=_read_checks(project_id, written.get("checks") or []),
        question=_read_question(project_id, written.get("question")),
        mistakes=mistakes if isinstance(mistakes := written.get("mistakes"), dict) else {},
        solution=str(written.get("solution") or ""),
        curves=tuple(written.get("curves") or ()),
        fingerprint=fingerprint(str(written.get("solution") or written.get("code") or "")),
    )


def _read_question(project_id: int, written: object) -> QuestionFacts | None:
    """As the dialect wrote it; a revision never changes, so one look at its shape is enough."""
    if written is None:
        return None
    if not isinstance(written, dict) or set(written) != set(QuestionFacts.__annotations__):
        logger.error("Project %s: its question cannot be read", project_id)
        return None
    return cast("QuestionFacts", written)


def _read_checks(project_id: int, written: object) -> tuple[Check, ...]:
    if not isinstance(written, list):
        logger.error("Project %s: its checks are no list", project_id)
        return ()
    checks = [check for raw in written if (check := _read_check(project_id, raw)) is not None]
    return tuple(checks[:MAX_CHECKS])


def _read_check(project_id: int, raw: object) -> Check | None:
    """Read as a job would carry it: the protocol has one way to check what it is sent."""
    job = {"kind": Job.kind, "run": "-", "fence": 0, "code": "", "checks": [raw]}
    try:
        message = decode(json.dumps(job))
    except BadMessage as error:
        logger.error("Project %s: a check cannot be read (%s)", project_id, error)
        return None
    return message.checks[0] if isinstance(message, Job) else None
