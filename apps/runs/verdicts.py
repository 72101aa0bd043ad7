"""What a run that is over comes to, in words: whether its project is done, and what was predicted beside what came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from apps.runs.goals import read_goal
from apps.runs.models import Run
from apps.runs.setups import Setup
from apps.runs.sketches import Drawing, draw
from workers.protocol import State


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the mini project is done by this run, and why or why not, in a sentence."""

    done: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A prediction for the page. `words` is "" while there is nothing to compare; `drawing` is of a sketched curve."""

    ask: str
    said: str
    came: str
    near: bool
    words: str
    why: str
    drawing: Drawing | None


def describe_verdict(run: Run, setup: Setup) -> dict[str, Any]:
    """The context of `runs/_verdict.html`."""
    return {"run": run, "verdict": weigh(run, setup.goal), "comparison": describe_prediction(run)}


def weigh(run: Run, goal: str) -> Verdict | None:
    """None for a run without a goal, and for one that broke off: its state says enough."""
    wanted = read_goal(goal)
    if wanted is None or run.state != State.SUCCEEDED:
        return None
    last, within = run.metrics.get(wanted.metric, {}).get("last"), wanted.holds(run.metrics)
    aim = f"{'below' if wanted.sign == '<' else 'above'} {wanted.bound:g}"
    if last is None:
        return Verdict(False, f"Not done: the run recorded no “{wanted.metric}”, and the goal is one {aim}.")
    came = f"the {wanted.metric} ended at {_brief(last)}"
    missed = sum(not check["passed"] for check in run.checks or [])
    if run.goal_met:
        checks = f", and {_count(len(run.checks))} passed" if run.checks else ""
        return Verdict(True, f"Mini project done: {came}, which is {aim}{checks}.")
    if within and missed:
        return Verdict(False, f"Not done yet: {came}, as the goal wants, but {_missed(missed, run.checks)}.")
    if within:
        return Verdict(
            False, f"Not done yet: {came}, as the goal wants, but the checks were not carried out. Run it again."
        )
    return Verdict(False, f"Not done yet: {came}; the goal is {aim}.")


def describe_prediction(run: Run) -> Comparison | None:
    """None where nothing was predicted."""
    prediction: Any = run.prediction
    if not prediction or "said" not in prediction:
        return None
    question, said = prediction["question"], prediction["said"]
    words, came = prediction.get("words", ""), prediction.get("came")
    curve = question["kind"] == "curve"
    return Comparison(
        ask=question["ask"],
        said="" if curve else _name(question, said),
        came="" if curve or not words else _name(question, came),
        near=prediction.get("near", False),
        words=words,
        why=prediction.get("why", ""),
        drawing=draw(question, said, came or []) if curve else None,
    )


def _name(question: dict[str, Any], answer: Any) -> str:
    if answer is None:
        return "none of these" if question["kind"] == "choice" else "never"
    if question["kind"] == "choice":
        return str(question["choices"][answer])
    return f"{_brief(answer)} {question['unit']}".strip()


def _count(checks: int) -> str:
    return "its check" if checks == 1 else f"all {checks} checks"


def _missed(missed: int, checks: Any) -> str:
    if len(checks) == 1:
        return "its check did not pass"
    return (
        f"{missed} of {len(checks)} checks did not pass" if missed < len(checks) else f"none of {missed} checks passed"
    )


def _brief(value: float | str) -> str:
    if isinstance(value, str):  # NaN and infinity come as words
        return value
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e6 else f"{value:.3g}"
