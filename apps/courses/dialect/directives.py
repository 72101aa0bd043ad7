"""From a directive as it was written to the node it means, with everything that is wrong with it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from .checks import CheckFacts, read_checks
from .nodes import (
    Callout,
    Card,
    Choice,
    Directive,
    Fence,
    Figure,
    Listing,
    Next,
    Node,
    Objectives,
    Passage,
    Project,
    Quiz,
)
from .problems import Problems
from .questions import QuestionFacts, read_question
from .structure import SLUG, FenceWatch, check_key

GOAL = re.compile(
    r"(?P<metric>[a-z][a-z0-9_]{0,39})\s*(?P<sign>[<>])\s*(?P<bound>-?[0-9]{1,12}(?:\.[0-9]{1,12})?(?:e-?[0-9]{1,2})?)"
)
CHOICE = re.compile(r"[-*] +\[(?P<mark>[ xX]?)\] ?(?P<text>.*)")
OPENING = re.compile(r"(?P<mark>`{3,}|~{3,}) *(?P<language>[A-Za-z0-9_+-]*) *")
FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}\.svg")
FENCES = {"listing": ("python", "output"), "project": ("python", "output", "checks", "predict", "solution")}
DEVICES = ("cpu", "gpu")
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
CALLOUTS = ("note", "tip", "warning", "key")
MATCHES = ("exact", "close")
MOST_MINUTES = 60
MOST_CHOICES = 8
LONGEST_TITLE = 200
SEPARATOR = "---"

Read = Callable[[Directive, Problems], Node | None]


@dataclass(frozen=True)
class Shape:
    """Which attributes a directive must and may have, and who reads it. A flag is an attribute without a value."""

    read: Read
    required: Collection[str] = ()
    optional: Collection[str] = ()
    flags: Collection[str] = ()
    keyed: bool = True


def read_directive(directive: Directive, problems: Problems) -> Node | None:
    """The node that a directive means, None when it is too broken to say; everything wrong goes to `problems`."""
    shape = SHAPES.get(directive.name)
    if shape is None:
        if directive.name:
            known = ", ".join(SHAPES)
            problems.add(directive.line, f"There is no directive “{directive.name}”: write one of {known}.")
        return None
    _check_header(directive, shape, problems)
    return shape.read(directive, problems)


def _check_header(directive: Directive, shape: Shape, problems: Problems) -> None:
    line, name = directive.line, directive.name
    if not directive.key:
        problems.add(line, f"“::: {name}” has no id: write ::: {name} some-id.")
    else:
        check_key(line, directive.key, problems)
    known = [*shape.required, *shape.optional, *shape.flags]
    for attribute, value in directive.attributes.items():
        if attribute not in known:
            problems.add(
                line, f"“{attribute}” means nothing on {name}: it knows {', '.join(known) or 'no attributes'}."
            )
        elif attribute in shape.flags and value:
            problems.add(line, f"{attribute} takes no value: write the word alone.")
        elif len(value) > LONGEST_TITLE:
            problems.add(line, f"{attribute} is longer than {LONGEST_TITLE} characters: shorten it.")
    for attribute in shape.required:
        if not directive.attributes.get(attribute, "").strip():
            problems.add(line, f'“::: {name}” needs {attribute}="…".')


def _read_objectives(directive: Directive, problems: Problems) -> Objectives:
    if not re.search(r"^[-*] +\S", directive.body.text, re.MULTILINE):
        problems.add(directive.line, "Objectives are a list: begin each with “- ”.")
    return Objectives(directive.line, directive.key, directive.body)


def _read_listing(directive: Directive, problems: Problems) -> Listing:
    prose, fences = _split_fences(directive.body)
    code = _take_fence(directive, fences, "python", problems, required=True)
    output = _take_fence(directive, fences, "output", problems, required="output" in directive.attributes)
    for passage in prose:
        problems.add(passage.line, "A listing holds its fences only: move this text before or after it.")
    match = directive.attributes.get("output", MATCHES[0])
    if match not in MATCHES:
        problems.add(directive.line, f'output="{match}" is unknown: write one of {", ".join(MATCHES)}.')
    return Listing(directive.line, directive.key, _title(directive), code.code, output.code, match)


def _read_project(directive: Directive, problems: Problems) -> Project:
    prose, fences = _split_fences(directive.body)
    code = _take_fence(directive, fences, "python", problems, required=True)
    output = _take_fence(directive, fences, "output", problems, required=True)
    nothing = Passage(directive.line, "")
    before = _join([passage for passage in prose if passage.line < code.line], nothing)
    after = _join([passage for passage in prose if passage.line > code.line], nothing)
    goal, minutes = _read_goal(directive, problems), _read_minutes(directive, problems)
    return Project(
        directive.line,
        directive.key,
        _title(directive),
        goal,
        minutes,
        before,
        code.code,
        output.code,
        after,
        device=_read_device(directive, problems),
        limits=_read_limits(directive, problems),
        checks=_read_checks(directive, fences, problems),
        question=_read_question(directive, fences, problems),
        mistakes={
            code: directive.attributes[code].removeprefix("#") for code in DIAGNOSES if code in directive.attributes
        },
        solution=_read_solution(directive, fences, problems),
    )


def _read_device(directive: Directive, problems: Problems) -> str:
    device = directive.attributes.get("device", DEVICES[0])
    if device not in DEVICES:
        problems.add(directive.line, f'device="{device}" is unknown: write one of {", ".join(DEVICES)}.')
    return device


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
    return read_checks(_take_fence(directive, fences, "checks", problems, required=False), problems)


def _read_question(directive: Directive, fences: list[Fence], problems: Problems) -> QuestionFacts | None:
    if not any(fence.language == "predict" for fence in fences):
        return None
    return read_question(_take_fence(directive, fences, "predict", problems, required=False), problems)


def _read_solution(directive: Directive, fences: list[Fence], problems: Problems) -> str:
    solution = _take_fence(directive, fences, "solution", problems, required=False)
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


def _read_quiz(directive: Directive, problems: Problems) -> Quiz:
    prompt, listed = _split_choices(directive.body)
    choices = tuple(_read_choice(lines, problems) for lines in listed)
    line = directive.line
    if not prompt.text.strip():
        problems.add(line, "The quiz asks nothing: write the question before its choices.")
    if len(choices) < 2:
        problems.add(
            line, "A quiz needs two choices or more: write each as “- [ ] text”, the right one as “- [x] text”."
        )
    elif len(choices) > MOST_CHOICES:
        problems.add(line, f"Nobody weighs more than {MOST_CHOICES} choices: take some out.")
    elif not any(choice.correct for choice in choices):
        problems.add(line, "No choice is right: mark the right one “- [x]”.")
    elif len(choices) == sum(choice.correct for choice in choices):
        problems.add(line, "Every choice is right: mark the wrong ones “- [ ]”.")
    return Quiz(line, directive.key, prompt, choices)


def _split_choices(body: Passage) -> tuple[Passage, list[list[tuple[int, str]]]]:
    """The question, and the numbered lines of each choice."""
    fence, question = FenceWatch(), list[str]()
    choices: list[list[tuple[int, str]]] = []
    for number, line in _numbered(body):
        inside = fence.covers(number, line)
        if not inside and CHOICE.fullmatch(line):
            choices.append([(number, line)])
        elif choices:
            choices[-1].append((number, line))
        else:
            question.append(line)
    return Passage(body.line, "\n".join(question)), choices


def _read_choice(lines: list[tuple[int, str]], problems: Problems) -> Choice:
    (number, first), *more = lines
    found = CHOICE.fullmatch(first)
    mark, text = (found["mark"], [found["text"]]) if found else ("", [first])
    correct, reason, reason_from = mark in ("x", "X"), list[str](), number
    if not mark:
        problems.add(number, "Leave a space between the brackets of a wrong choice: “- [ ] text”.")
    for at, line in more:
        stripped = line.strip()
        if stripped.startswith(">"):
            reason_from = reason_from if reason else at
            reason.append(stripped.removeprefix(">").removeprefix(" "))
        elif not stripped:
            continue
        elif reason or not line.startswith(" "):
            problems.add(at, "This belongs to no choice: indent it under its choice, a reason as “> reason”.")
        elif stripped.startswith(("```", "~~~")):
            problems.add(at, "A choice holds no code fence: put the code into the question, or write `code` in a line.")
        else:
            text.append(stripped)
    if not "".join(text).strip():
        problems.add(number, "The choice is empty: write its text behind the brackets.")
    if not correct and not "".join(reason).strip():
        problems.add(number, "A wrong choice needs its reason: add an indented line “> why it is wrong” below it.")
    return Choice(number, Passage(number, "\n".join(text)), correct, Passage(reason_from, "\n".join(reason)))


def _read_card(directive: Directive, problems: Problems) -> Card:
    parts = _split_parts(directive.body)
    if len(parts) != 2 or not all(part.text.strip() for part in parts):
        front, back = ("the task", "its solution") if directive.name == "exercise" else ("the question", "its answer")
        problems.add(directive.line, f"Write {front}, then a line {SEPARATOR}, then {back}: there are two parts.")
    back_part = parts[1] if len(parts) > 1 else Passage(directive.line, "")
    return Card(directive.line, directive.key, directive.name, _title(directive), parts[0], back_part)


def _read_callout(directive: Directive, problems: Problems) -> Callout:
    kind = directive.attributes.get("kind", "")
    if kind and kind not in CALLOUTS:
        problems.add(directive.line, f"There is no callout of kind “{kind}”: write one of {', '.join(CALLOUTS)}.")
    _check_filled(directive, problems)
    return Callout(directive.line, directive.key, kind, _title(directive), directive.body)


def _read_figure(directive: Directive, problems: Problems) -> Figure:
    src = directive.attributes.get("src", "")
    if src and not FILE.fullmatch(src):
        problems.add(directive.line, f"“{src}” is no file beside the chapter: write a plain name such as circles.svg.")
    _check_filled(directive, problems, "its caption")
    return Figure(directive.line, directive.key, src, "wide" in directive.attributes, directive.body)


def _read_next(directive: Directive, problems: Problems) -> Next:
    if directive.key and not SLUG.fullmatch(directive.key):
        return Next(directive.line, "", directive.body)
    _check_filled(directive, problems, "what comes next")
    return Next(directive.line, directive.key, directive.body)


def _check_filled(directive: Directive, problems: Problems, what: str = "its text") -> None:
    if not directive.body.text.strip():
        problems.add(directive.line, f"“::: {directive.name}” is empty: write {what} between it and :::.")


def _title(directive: Directive) -> str:
    return directive.attributes.get("title", "").strip()


def _numbered(passage: Passage) -> list[tuple[int, str]]:
    return list(enumerate(passage.text.split("\n"), start=passage.line))


def _split_parts(body: Passage) -> list[Passage]:
    """The passages between lines `---` that stand outside of fences."""
    fence, starts = FenceWatch(), [body.line]
    lines = _numbered(body)
    for number, line in lines:
        if not fence.covers(number, line) and line.rstrip() == SEPARATOR:
            starts.append(number + 1)
    ends = [start - 1 for start in starts[1:]] + [body.line + len(lines)]
    texts = [line for _, line in lines]
    return [
        Passage(start, "\n".join(texts[start - body.line : end - body.line]))
        for start, end in zip(starts, ends, strict=True)
    ]


def _split_fences(body: Passage) -> tuple[list[Passage], list[Fence]]:
    """The prose around the fences, and the fences."""
    watch, prose, fences = FenceWatch(), list[Passage](), list[Fence]()
    for opened_at, group in groupby(_numbered(body), lambda line: watch.line if watch.covers(*line) else 0):
        numbers, lines = zip(*group, strict=True)
        if opened_at:
            fences.append(_read_fence(opened_at, lines))
        elif any(line.strip() for line in lines):
            prose.append(Passage(numbers[0], "\n".join(lines)))
    return prose, fences


def _read_fence(number: int, lines: Sequence[str]) -> Fence:
    found = OPENING.fullmatch(lines[0])
    return Fence(number, found["language"] if found else "", "".join(f"{line}\n" for line in lines[1:-1]))


def _take_fence(
    directive: Directive, fences: list[Fence], language: str, problems: Problems, *, required: bool
) -> Fence:
    """The one fence of that language; a missing, empty or second one is a problem, and so is any other language."""
    found = [fence for fence in fences if fence.language == language]
    if not found and required:
        problems.add(directive.line, f"“::: {directive.name}” holds no ```{language} fence: add one.")
    for fence in found[1:]:
        problems.add(fence.line, f"There is a second ```{language} fence: keep one in each directive.")
    for fence in fences:
        if not fence.code.strip():
            problems.add(fence.line, "This code fence is empty: write something into it.")
        if language == "python" and fence.language not in FENCES[directive.name]:
            known = " or ".join(f"```{each}" for each in FENCES[directive.name])
            problems.add(fence.line, f"A fence is {known} here, not “{fence.language}”.")
    return found[0] if found else Fence(directive.line, language, "")


def _join(passages: list[Passage], nothing: Passage) -> Passage:
    """One passage of several, blank lines in between standing for what was taken out, so that lines keep their numbers."""
    if not passages:
        return nothing
    text, line = passages[0].text, passages[0].line
    for passage in passages[1:]:
        written = line + text.count("\n") + 1
        text += "\n" * (passage.line - written + 1) + passage.text
    return Passage(line, text)


SHAPES: Mapping[str, Shape] = {
    "objectives": Shape(_read_objectives),
    "listing": Shape(_read_listing, required=("title",), optional=("output",)),
    "project": Shape(_read_project, required=("title", "goal", "minutes"), optional=("device", *LIMITS, *DIAGNOSES)),
    "quiz": Shape(_read_quiz),
    "exercise": Shape(_read_card, required=("title",)),
    "interview": Shape(_read_card),
    "faq": Shape(_read_card),
    "callout": Shape(_read_callout, required=("kind",), optional=("title",)),
    "figure": Shape(_read_figure, required=("src",), flags=("wide",)),
    "next": Shape(_read_next),
}
