"""Every directive there is: what it must and may hold, what it is for, and how one looks. The one source of truth of it.

A snippet is what an editor inserts, with `${…}` where the writer goes on; without these marks it is the example that
the help shows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from .choices import read_quiz
from .directives import (
    CALLOUTS,
    MATCHES,
    read_callout,
    read_card,
    read_figure,
    read_listing,
    read_next,
    read_objectives,
    read_slider,
    read_tabs,
    read_term,
)
from .nodes import Directive, Node
from .problems import Problems
from .projects import DEVICES, DIAGNOSES, LIMITS, STARTERS, read_project
from .structure import check_key

LONGEST_TITLE = 200

Read = Callable[[Directive, Problems], Node | None]


@dataclass(frozen=True)
class Shape:
    """Which attributes a directive must and may have, and who reads it. A flag is an attribute without a value.

    `values` are those that an attribute may have, where they can be counted.
    """

    read: Read
    says: str
    snippet: str
    required: Collection[str] = ()
    optional: Collection[str] = ()
    flags: Collection[str] = ()
    values: Mapping[str, Collection[str]] = field(default_factory=dict)


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


SHAPES: Mapping[str, Shape] = {
    "objectives": Shape(
        read_objectives,
        "What the reader will be able to do: a list, at the beginning of a chapter.",
        "::: objectives ${goals}\n- ${Say what a gradient is.}\n- ${Train a model of your own.}\n:::",
    ),
    "listing": Shape(
        read_listing,
        "Python that readers can run, and what it prints. It is run again whenever the chapter is verified; with "
        'output="close" numbers may differ by 2%.',
        '::: listing ${adding-up} title="${Adding up}" output="exact"\n```python\n${print(1 + 1)}\n```\n'
        "```output\n2\n```\n:::",
        required=("title",),
        optional=("output",),
        values={"output": MATCHES},
    ),
    "evidence": Shape(
        read_listing,
        "Where numbers of the text come from: a listing, folded away, that prints them.",
        '::: evidence ${how-many} title="${Counting the weights}"\n```python\n${print(3 * 8 + 8, "parameters")}\n```\n'
        "```output\n${32 parameters}\n```\n:::",
        required=("title",),
        optional=("output",),
        values={"output": MATCHES},
    ),
    "project": Shape(
        read_project,
        "Code that students train in the lab until its goal is reached. Text may stand before and after the code; "
        "```checks, ```predict and ```solution are described below.",
        '::: project ${first-steps} title="${First steps}" goal="${loss<1}" minutes="1"\n'
        "${What to do, and when it is done.}\n\n```python\n${loss = 2.0\nprint(loss)}\n```\n```output\n${2.0}\n```\n"
        '```checks\n[[check]]\nname = "${The loss is small}"\ncall = "${loss}"\nexpect = 1.0\n'
        'relation = "below"\nhint = "${Change the first line.}"\n```\n--- hint\n${Which line says how large the loss is?}\n'
        ":::",
        required=("title", "goal", "minutes"),
        optional=("device", "starter", *LIMITS, *DIAGNOSES),
        values={"device": DEVICES, "starter": STARTERS},
    ),
    "quiz": Shape(
        read_quiz,
        "A question with choices, the right ones marked [x]; every wrong one needs its reason. Several right ones make "
        "boxes to tick.",
        "::: quiz ${what-backward-does}\n${What does `backward` compute?}\n- [x] ${The gradients.}\n"
        "  > ${It follows the graph back from the loss.}\n- [ ] ${The next weights.}\n"
        "  > ${That is what the optimiser’s step does.}\n:::",
    ),
    "exercise": Shape(
        read_card,
        "A task, hints if you like, and the solution, folded away one by one.",
        '::: exercise ${by-hand} title="${By hand}"\n${What is the slope of x² at 3?}\n--- hint\n'
        "${Compare 3² with 3.01².}\n---\n${It is 6.}\n:::",
        required=("title",),
    ),
    "interview": Shape(
        read_card,
        "A question as it is asked in interviews, and a good answer.",
        "::: interview ${what-is-a-gradient}\n${What is a gradient?}\n---\n"
        "${The direction in which a function rises fastest, and how fast.}\n:::",
    ),
    "faq": Shape(
        read_card,
        "A question that readers ask, and its answer.",
        "::: faq ${need-a-gpu}\n${Do I need a GPU?}\n---\n${No.}\n:::",
    ),
    "callout": Shape(
        read_callout,
        "A few sentences that should not be missed, set apart.",
        '::: callout ${mind-the-rate} kind="${tip}"\n${Halve the learning rate before you change anything else.}\n:::',
        required=("kind",),
        optional=("title",),
        values={"kind": CALLOUTS},
    ),
    "figure": Shape(
        read_figure,
        "A drawing (SVG) or a picture (PNG, JPEG, WebP, GIF) from a file beside the text, and its caption. A picture needs "
        "alt, a drawing its own <title>; wide lets it step out of the text; out names the code that prints every number with "
        "a decimal point in a drawing.",
        '::: figure ${circles} src="${circles.svg}"\n${Deep learning is a part of machine learning.}\n:::',
        required=("src",),
        optional=("alt", "out"),
        flags=("wide",),
    ),
    "slider": Shape(
        read_slider,
        "A figure with sliders, drawn anew as they move, from a few lines of arithmetic: curves, paths of a state that is "
        "changed step by step, points in rows of data, and readings below. Text below the fence is its caption.",
        '::: slider ${rolling-down} title="${Rolling down}"\n```plot\nx = { says = "${weight}", from = -4, to = 4 }\n'
        'y = { says = "${loss}", from = 0, to = 16 }\n\n[[vary]]\nname = "${rate}"\nsays = "${Learning rate}"\n'
        'min = 0.05\nmax = 1.1\nstep = 0.05\nstart = 0.1\n\n[[curve]]\ny = "${x^2}"\n\n[[path]]\n'
        'start = { w = "${3.5}" }\nnext = { w = "${w - rate * 2 * w}" }\nsteps = 12\nx = "w"\ny = "w^2"\n\n'
        '[[reading]]\nsays = "${Loss after 12 steps}"\nvalue = "w^2"\ndigits = 3\n```\n'
        "${Each step goes against the slope. From a learning rate of 1 on, they lead away.}\n:::",
        required=("title",),
    ),
    "term": Shape(
        read_term,
        "A word for the glossary, explained where it is taught; also names its other forms.",
        '::: term ${gradient} title="${Gradient}" also="${gradients}"\n'
        "${How much the loss changes when a weight changes a little.}\n:::",
        required=("title",),
        optional=("also",),
    ),
    "tabs": Shape(
        read_tabs,
        "Several ways to the same end, of which a reader wants one: each begins with a line “--- Title”.",
        "::: tabs ${installing}\n--- ${pip}\n${Run `pip install torch`.}\n--- ${conda}\n${Run `conda install pytorch`.}\n:::",
    ),
    "next": Shape(
        read_next,
        "What comes next: the slug of a chapter, and words about it. Its link appears once it can be read.",
        "::: next ${setting-up}\n${Next you set up Python.}\n:::",
    ),
}
