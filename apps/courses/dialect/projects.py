"""Projects as they are written: code that students train, with everything that judges and helps."""

from __future__ import annotations

import ast
import re

from .bodies import join, split_fences, split_hints, take_fence, take_title
from .checks import CheckFacts, read_checks
from .nodes import Directive, Fence, Passage, Project
from .problems import Problems
from .questions import QuestionFacts, read_question

GOAL = re.compile(
    r"(?P<metric>[a-z][a-z0-9_]{0,39})\s*(?P<sign>[<>])\s*(?P<bound>-?[0-9]{1,12}(?:\.[0-9]{1,12})?(?:e-?[0-9]{1,2})?)"
)
DEVICES = ("cpu", "gpu")
STARTERS = ("fails", "passes")
LIMITS = {
    # What an editor may ask for, up to what the site allows any project: least, most, and in words.
    "wall_s": (10, 900, "seconds"),
    "memory_mb": (256, 8192, "MiB"),
    "cores": (1, 8, "cores"),
    "tmp_mb": (16, 1024, "MiB"),
    "shm_mb": (16, 1024, "MiB"),
}
DIAGNOSES = ("nan", "diverging", "not_learning", "overfitting")
"""What the engine recognises in a run (`workers.shapes.DIAGNOSES`): a project may name where its text explains it."""
MOST_MINUTES = 60


def read_project(directive: Directive, problems: Problems) -> Project:
    parts, hints = split_hints(directive.body, problems)
    for part in parts[1:]:
        problems.add(part.line - 1, "A project has one part: write --- hint, or *** for a rule across the text.")
    prose, fences = split_fences(parts[0])
    code = take_fence(directive, fences, "python", problems, required=True)
    output = take_fence(directive, fences, "output", problems, required=True)
    nothing = Passage(directive.line, "")
    before = join([passage for passage in prose if passage.line < code.line], nothing)
    after = join([passage for passage in prose if passage.line > code.line], nothing)
    goal, minutes = _read_goal(directive, problems), _read_minutes(directive, problems)
    return Project(
        directive.line,
        directive.key,
        take_title(directive),
        goal,
        minutes,
        before,
        code.code,
        output.code,
        after,
        device=_read_one_of(directive, "device", DEVICES, problems),
        limits=_read_limits(directive, problems),
        checks=_read_checks(directive, fences, problems),
        question=_read_question(directive, fences, problems),
        mistakes={
            code: directive.attributes[code].removeprefix("#") for code in DIAGNOSES if code in directive.attributes
        },
        solution=_read_solution(directive, fences, problems),
        starter_passes=_read_one_of(directive, "starter", STARTERS, problems) == "passes",
        hints=hints,
    )


def _read_one_of(directive: Directive, attribute: str, known: tuple[str, ...], problems: Problems) -> str:
    """What the attribute says; the first of `known` where it is not written."""
    written = directive.attributes.get(attribute, known[0])
    if written not in known:
        problems.add(directive.line, f'{attribute}="{written}" is unknown: write one of {", ".join(known)}.')
    return written


def _read_limits(directive: Directive, problems: Problems) -> dict[str, int]:
    """What a run of the project may use where that differs from what any run may."""
    limits = {}
    for name, (least, most, unit) in LIMITS.items():
        written = directive.attributes.get(name)
        if written is None:
            continue
        if re.fullmatch(r"[0-9]{1,6}", written) and least <= int(written) <= most:
            limits[name] = int(written)
        else:
            problems.add(directive.line, f'{name}="{written}" cannot be: write {unit} from {least} to {most}.')
    return limits


def _read_checks(directive: Directive, fences: list[Fence], problems: Problems) -> tuple[CheckFacts, ...]:
    if not any(fence.language == "checks" for fence in fences):
        return ()
    return read_checks(take_fence(directive, fences, "checks", problems, required=False), problems)


def _read_question(directive: Directive, fences: list[Fence], problems: Problems) -> QuestionFacts | None:
    if not any(fence.language == "predict" for fence in fences):
        return None
    return read_question(take_fence(directive, fences, "predict", problems, required=False), problems)


def _read_solution(directive: Directive, fences: list[Fence], problems: Problems) -> str:
    solution = take_fence(directive, fences, "solution", problems, required=False)
    try:
        ast.parse(solution.code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = solution.line + (error.lineno or 0) if isinstance(error, SyntaxError) else solution.line
        problems.add(line, "The solution is not Python here: run it once, and write what ran.")
    return solution.code


def _read_goal(directive: Directive, problems: Problems) -> str:
    written = directive.attributes.get("goal", "").strip()
    found = GOAL.fullmatch(written)
    if found:
        return f"{found['metric']}{found['sign']}{found['bound']}"
    if written:
        problems.add(directive.line, f"The goal “{written}” cannot be read: write a metric, < or >, and a number, "
                                     "such as loss<1.")  # fmt: skip
    return ""


def _read_minutes(directive: Directive, problems: Problems) -> int:
    written = directive.attributes.get("minutes", "").strip()
    if re.fullmatch(r"[0-9]{1,2}", written) and 1 <= int(written) <= MOST_MINUTES:
        return int(written)
    if written:
        problems.add(directive.line, f'minutes="{written}" cannot be: write a whole number from 1 to {MOST_MINUTES}.')
    return 0
