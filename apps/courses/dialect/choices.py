"""Quiz questions as they are written: a question, and its choices with their reasons."""

from __future__ import annotations

import re

from .bodies import number_lines
from .nodes import Choice, Directive, Passage, Quiz
from .problems import Problems
from .structure import FenceWatch

CHOICE = re.compile(r"[-*] +\[(?P<mark>[ xX]?)\] ?(?P<text>.*)")
MOST_CHOICES = 8


def read_quiz(directive: Directive, problems: Problems) -> Quiz:
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
    for number, line in number_lines(body):
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
