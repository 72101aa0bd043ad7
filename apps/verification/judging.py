"""What came of a trial, by the run that tried it: the text's fault, a limit, or ours. The three are never mixed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from apps.courses.dialect import QuestionFacts, show_asked
from apps.runs import logs, reality
from apps.runs.goals import is_met, read_goal
from apps.runs.models import Run
from apps.runs.streams import Entry
from workers.protocol import State

from .comparing import agrees
from .models import Trial

MOST_SHOWN = 20_000
"""Characters of output that are kept with a trial."""

LIMITS = frozenset({State.TIMED_OUT, State.OUT_OF_MEMORY, State.OUTPUT_LIMIT})
OURS = frozenset({State.LOST, State.REFUSED, State.STOPPED})
NETWORK = ("Network is unreachable", "name resolution", "Name or service not known", "urlopen error", "gaierror")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`sentence` is for whoever wrote the text, and never empty."""

    outcome: Trial.Outcome
    sentence: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A run that is over, with what it said."""

    run: Run
    entries: Sequence[Entry]
    stdout: str
    stderr: str

    @classmethod
    def of(cls, run: Run) -> Seen:
        entries = logs.read(run)
        return cls(run, entries, _join(entries, "stdout"), _join(entries, "stderr"))

    @property
    def shown(self) -> str:
        """What it printed, complaints last; the end counts most where that is much."""
        return (self.stdout + self.stderr)[-MOST_SHOWN:]


def judge(trial: Trial, seen: Seen) -> Verdict:
    """Reads the trial's claim and the run's log, and nothing else."""
    state = State(seen.run.state)
    if state in OURS:
        return Verdict(Trial.Outcome.OURS, f"The machines did not run it: {seen.run.message or state}")
    if state in LIMITS:
        return Verdict(Trial.Outcome.LIMIT, seen.run.message or f"It ended at a limit ({state}).")
    return JUDGES[Trial.Kind(trial.kind)](trial, seen)


def _judge_output(trial: Trial, seen: Seen) -> Verdict:
    """Of a listing: it ends well, complains of nothing, and prints what the text says."""
    if fault := _find_fault(seen):
        return _fail(fault)
    if not trial.expected.strip():
        return _pass("It runs; the text claims no output.")
    if agrees(seen.stdout, trial.expected, match=trial.match):
        return _pass("It prints what the text says.")
    near = ", numbers within 2 %" if trial.match == "close" else ""
    return _fail(f"It prints something else than the text says{near}.")


def _judge_starter(trial: Trial, seen: Seen) -> Verdict:
    """What a student begins with shows what the text shows of it, and is not the project done already."""
    if trial.expected.strip():
        verdict = _judge_output(trial, seen)
        if verdict.outcome != Trial.Outcome.PASSED:
            return verdict
    if seen.run.state != State.SUCCEEDED:
        return _pass("It does not run through yet, which is what the student is to change.")
    if _asks_nothing(trial):
        return _pass("It runs; the project has neither goal nor checks.")
    missed = _list_missed(trial, seen.run)
    if missed is None:
        return _ungraded()
    wanted = trial.facts.get("starter_passes", False)
    if wanted and missed:
        return _fail(f"The text says that it passes as it stands, but {_join_words(missed)}.")
    if not wanted and not missed:
        return _fail(
            "It solves the project as it stands: nothing is left to do. Its checks or its goal ask too little."
        )
    return _pass("It passes, as the text says." if wanted else f"It is not done yet, as it should be: {missed[0]}.")


def _judge_solution(trial: Trial, seen: Seen) -> Verdict:
    if fault := _find_fault(seen):
        return _fail(fault)
    missed = _list_missed(trial, seen.run)
    if missed is None:
        return _ungraded()
    return (
        _fail(f"It does not solve the project: {_join_words(missed)}.") if missed else _pass("It solves the project.")
    )


def _judge_checks(trial: Trial, seen: Seen) -> Verdict:
    """A program that does nothing passes none of them."""
    if seen.run.state != State.SUCCEEDED or seen.run.checks is None:
        return _ungraded()
    passed = [f"“{check['name']}”" for check in seen.run.checks if check["passed"]]
    if passed:
        return _fail(
            f"A program that does nothing passes {_join_words(passed)}: ask for a value that has to be computed."
        )
    return _pass("A program that does nothing passes none of them.")


def _judge_prediction(trial: Trial, seen: Seen) -> Verdict:
    """What is asked comes to something when the project's own code is run, so that it can be held against what was said."""
    if fault := _find_fault(seen):
        return _fail(fault)
    question: QuestionFacts = trial.facts["question"]
    points = reality.read_points(seen.entries, question["metric"], seen.run.fence)
    if not points:
        return _fail(f"The project’s own code records no “{question['metric']}”, so no answer can be held against it.")
    if question["kind"] == "curve":
        return _pass("The project’s own code draws the curve that is asked for.")
    said = 0 if question["kind"] == "choice" else 1.0
    compared = reality.compare({"question": show_asked(question), "said": said}, question, points)
    if compared["came"] is None or isinstance(compared["came"], str):
        return _fail(f"With the project’s own code no answer is right: {compared['words']}")
    return _pass("The project’s own code gives the answer.")


JUDGES: dict[Trial.Kind, Callable[[Trial, Seen], Verdict]] = {
    Trial.Kind.LISTING: _judge_output,
    Trial.Kind.EVIDENCE: _judge_output,
    Trial.Kind.STARTER: _judge_starter,
    Trial.Kind.SOLUTION: _judge_solution,
    Trial.Kind.CHECKS: _judge_checks,
    Trial.Kind.PREDICTION: _judge_prediction,
}


def _find_fault(seen: Seen) -> str:
    """Why the code cannot stand in a text as it is, or ""."""
    if seen.run.state != State.SUCCEEDED:
        hint = " Runs have no network." if any(word in seen.stderr + seen.run.message for word in NETWORK) else ""
        return f"It ends with an error: {seen.run.message.strip() or 'it gave no reason'}{hint}"
    if seen.stderr.strip():
        return "It complains, and readers would see that: the complaint stands at the end of what it printed."
    return ""


def _list_missed(trial: Trial, run: Run) -> list[str] | None:
    """What of goal and checks the run did not reach; None where its checks could not be carried out."""
    asked = trial.facts.get("checks") or []
    if asked and run.checks is None:
        return None
    missed = [f"the check “{check['name']}” does not pass" for check in run.checks or [] if not check["passed"]]
    goal = trial.facts.get("goal") or ""
    if goal.strip() and not is_met(goal, run.metrics):
        missed.append(f"the goal {goal} is not met" if read_goal(goal) else f"the goal “{goal}” cannot be read")
    return missed


def _asks_nothing(trial: Trial) -> bool:
    return not trial.facts.get("checks") and not (trial.facts.get("goal") or "").strip()


def _ungraded() -> Verdict:
    return Verdict(Trial.Outcome.OURS, "Its checks could not be carried out, which is not the text’s fault.")


def _pass(sentence: str) -> Verdict:
    return Verdict(Trial.Outcome.PASSED, sentence)


def _fail(sentence: str) -> Verdict:
    return Verdict(Trial.Outcome.FAILED, sentence)


def _join_words(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _join(entries: Iterable[Entry], kind: str) -> str:
    return "".join(str(event.data.get("text", "")) for event in logs.read_latest(list(entries), {kind}))
