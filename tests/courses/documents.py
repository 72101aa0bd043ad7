"""Chapters made up by hypothesis, as nodes, and a way to compare them that leaves lines out."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

from hypothesis import strategies as st

from apps.courses.dialect.checks import CheckFacts, TensorFacts
from apps.courses.dialect.expressions import FUNCTIONS, Tree
from apps.courses.dialect.front_matter import LEVELS
from apps.courses.dialect.nodes import (
    Callout,
    Card,
    Choice,
    Document,
    Figure,
    Front,
    Heading,
    Listing,
    Next,
    Objectives,
    Panel,
    Passage,
    Project,
    Quiz,
    Section,
    Slider,
    Tabs,
    Term,
)
from apps.courses.dialect.plots import AxisFacts, MarkFacts, PlotFacts, ReadingFacts, SliderFacts
from apps.courses.dialect.projects import DEVICES
from apps.courses.dialect.questions import AnswerFacts, QuestionFacts

LETTERS = "abz éß漢😀ÀZ09.,:;!?*_`'()[]{}<>&$%\\/|+=~^@"
word = st.text("abcxyz", min_size=1, max_size=6)
key = st.from_regex(r"[a-z][a-z0-9]{0,5}(-[a-z0-9]{1,4}){0,2}", fullmatch=True)
line = st.builds(lambda first, rest: f"{first}{rest}".rstrip(), word, st.text(LETTERS, max_size=30))
title = st.builds(lambda first, rest: f"{first} {rest}".strip(), word, st.text("abz éß漢'&<>*`.,", max_size=20))
passage = st.lists(line, min_size=1, max_size=3).map(lambda lines: Passage(0, "\n".join(lines)))
nothing = st.just(Passage(0, ""))
code = st.lists(st.from_regex(r"v_[a-z]{1,5} = [1-9][0-9]{0,3}", fullmatch=True), min_size=1, max_size=3).map(
    lambda lines: "".join(f"{each}\n" for each in lines)
)
number = st.integers(-999, 999).map(lambda value: value / 4)
positive = st.integers(1, 999).map(lambda value: value / 4)


def trees(names: list[str]) -> st.SearchStrategy[Tree]:
    leaf = st.sampled_from(names) | st.integers(0, 40).map(lambda value: value / 4)
    return st.recursive(leaf, _extend, max_leaves=6)


def _extend(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    operators = st.tuples(st.sampled_from("+-*/^"), inner, inner)
    calls = [st.tuples(st.just(name), *[inner] * count) for name, (count, _) in FUNCTIONS.items()]
    return st.one_of(operators, *calls).map(list)


@st.composite
def plots(draw: st.DrawFn) -> PlotFacts:
    axis = st.builds(
        lambda says, least, size: AxisFacts(says=says, least=least, most=least + size), word, number, positive
    )
    slider = SliderFacts(name="rate", says=draw(title), min=0.0, max=draw(positive), step=0.25, start=0.25, digits=2)
    rows = draw(st.lists(st.fixed_dictionaries({"size": number, "price": number}), max_size=3))
    marks = [MarkFacts(kind="curve", y=draw(trees(["rate", "x"])))]
    if rows:
        marks.append(MarkFacts(kind="points", x="size", y="price", to=["mean", ["*", "size", "rate"]]))
    path = MarkFacts(
        kind="path",
        start={"w": draw(trees(["rate"]))},
        next={"w": draw(trees(["rate", "w"]))},
        steps=5,
        x="w",
        y="rate",
    )
    readings = [ReadingFacts(says=draw(title), value=draw(trees(["rate", "w"])), digits=draw(st.integers(0, 6)))]
    return PlotFacts(x=draw(axis), y=draw(axis), vary=[slider], rows=rows, marks=[*marks, path], readings=readings)


def tensors(name: str) -> st.SearchStrategy[TensorFacts]:
    values = st.lists(number, min_size=2, max_size=2)
    return values.map(lambda two: TensorFacts(name=name, shape=[2, 1], values=two)) | number.map(
        lambda one: TensorFacts(name=name, shape=[], values=[one])
    )


check = st.builds(
    lambda name, inputs, expect, relation, within, hint: CheckFacts(
        name=name, call="model(x)", inputs=inputs, expect=expect, relation=relation, within=within, hint=hint
    ),
    title, st.lists(tensors("x"), max_size=1), tensors(""), st.sampled_from(["close", "below", "above"]), positive, title,
)  # fmt: skip


@st.composite
def questions(draw: st.DrawFn) -> QuestionFacts:
    kind = draw(st.sampled_from(["number", "curve", "choice"]))
    of = "last" if kind == "curve" else draw(st.sampled_from(["last", "steps"]))
    right = draw(st.none() | st.integers(0, 1)) if kind == "choice" and of == "last" else None
    answer = AnswerFacts(
        of=of,
        sign="<" if of == "steps" else "",
        bound=draw(positive) if of == "steps" else 0.0,
        ranges=[[None, 1.0], [1.0, None]] if kind == "choice" and right is None else [],
        right=right,
        near=draw(st.none() | positive) if kind == "number" else None,
        why=draw(title),
    )
    curve = kind == "curve"
    return QuestionFacts(
        kind=kind,
        ask=draw(title),
        metric="" if right is not None else "loss",
        unit=draw(st.sampled_from(["", "epochs"])) if kind == "number" else "",
        choices=[draw(title), draw(title)] if kind == "choice" else [],
        steps=[1, 100] if curve else [],
        values=[0.5, 8.0] if curve else [],
        log=curve and draw(st.booleans()),
        answer=answer,
    )


choice = st.builds(Choice, st.just(0), passage, st.booleans(), passage)
project = st.builds(
    Project, st.just(0), key, title, st.just("loss<1"), st.integers(1, 60), passage | nothing, code, code, passage | nothing,
    device=st.sampled_from(DEVICES), limits=st.just({}) | st.just({"wall_s": 60}),
    checks=st.lists(check, max_size=2, unique_by=lambda each: each["name"]).map(tuple), question=st.none() | questions(),
    mistakes=st.just({}) | st.just({"nan": "why"}), solution=st.just("") | code, starter_passes=st.booleans(),
    hints=st.lists(passage, max_size=2).map(tuple),
)  # fmt: skip
exercise = st.builds(
    Card, st.just(0), key, st.just("exercise"), title, passage, passage, st.lists(passage, max_size=2).map(tuple)
)
panels = st.lists(
    st.builds(Panel, st.just(0), title, passage), min_size=2, max_size=3, unique_by=lambda each: each.title
)
block: st.SearchStrategy[Any] = st.one_of(
    passage,
    st.builds(Heading, st.just(0), st.just("") | key, title),
    st.builds(Objectives, st.just(0), key, passage),
    st.builds(Listing, st.just(0), key, title, code, code, st.sampled_from(["exact", "close"]), st.booleans()),
    project,
    st.builds(Quiz, st.just(0), key, passage, st.lists(choice, min_size=2, max_size=3).map(tuple)),
    exercise,
    st.builds(Card, st.just(0), key, st.sampled_from(["interview", "faq"]), st.just(""), passage, passage),
    st.builds(Callout, st.just(0), key, st.sampled_from(["note", "key"]), st.just("") | title, passage),
    st.builds(Figure, st.just(0), key, st.just("a.png"), st.booleans(), passage, title, st.just("")),
    st.builds(Slider, st.just(0), key, title, plots(), passage),
    st.builds(Term, st.just(0), key, title, st.lists(word, max_size=2).map(tuple), passage),
    st.builds(Tabs, st.just(0), key, panels.map(tuple)),
    st.builds(Next, st.just(0), key, passage),
)
front = st.builds(
    Front, title, st.sampled_from(LEVELS), title, st.dates(datetime.date(2000, 1, 1)),
    st.lists(key, max_size=2, unique=True).map(lambda slugs: tuple((0, slug) for slug in slugs)),
)  # fmt: skip
section = st.builds(Section, st.just(0), key, title, st.just("topic"), st.lists(block, max_size=4).map(tuple))
document = st.builds(Document, front, st.lists(section, min_size=1, max_size=3).map(tuple))


def forget_lines(value: Any) -> Any:
    """The same without lines, without blank lines around a passage, and with passages that follow one another as one."""
    if isinstance(value, Passage):
        return Passage(0, value.text.strip("\n"))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {each.name: forget_lines(getattr(value, each.name)) for each in dataclasses.fields(value)}
        return type(value)(**(fields | ({"line": 0} if "line" in fields else {})))
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], int):
        return (0, value[1])
    if isinstance(value, tuple):
        return tuple(_join([forget_lines(each) for each in value]))
    return value


def _join(values: list[Any]) -> list[Any]:
    joined: list[Any] = []
    for value in values:
        if joined and isinstance(value, Passage) and isinstance(joined[-1], Passage):
            joined[-1] = Passage(0, f"{joined[-1].text}\n\n{value.text}")
        else:
            joined.append(value)
    return joined
