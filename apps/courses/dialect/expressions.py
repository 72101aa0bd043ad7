"""The arithmetic of figures that move: read once into trees that server and browser evaluate alike.

A tree is a number, a name, or a list of an operation and its trees, so that it is its own JSON. It can be evaluated and
nothing else: there is no call of anything but the functions below, and no loop but `mean` and `sum` over rows of data.
`static/js/chapter/expressions.js` evaluates the same trees.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

Tree = float | str | list["Tree"]
Row = Mapping[str, float]

LONGEST = 300
MOST_NODES = 200
DEEPEST = 30
CONSTANTS = {"pi": math.pi, "e": math.e}
OVER_ROWS = ("mean", "sum")
TOKEN = re.compile(r"\s*(?:(?P<number>\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)|(?P<name>[a-z][a-z0-9_]*)|(?P<mark>[-+*/^(),]))")


class BadExpression(ValueError):
    """The text is no expression; it says why and what to write."""


def _divide(above: float, below: float) -> float:
    if below:
        return above / below
    return math.nan if not above or math.isnan(above) else math.copysign(math.inf, above) * math.copysign(1, below)


def _guard(function: Callable[..., float]) -> Callable[..., float]:
    """Outside of what a function is defined for it is no number; beyond what can be written, infinite. As in a browser."""

    def guarded(*values: float) -> float:
        try:
            return function(*values)
        except OverflowError:
            return math.inf
        except ValueError:
            return math.nan

    return guarded


def _raise(base: float, power: float) -> float:
    if not base and power < 0:
        return math.inf
    return -_guard(math.pow)(-base, power) if base < 0 and power % 2 == 1 else math.pow(base, power)


def _log(value: float) -> float:
    return math.log(value) if value else -math.inf


FUNCTIONS: Mapping[str, tuple[int, Callable[..., float]]] = {
    "sqrt": (1, _guard(math.sqrt)),
    "exp": (1, _guard(math.exp)),
    "log": (1, _guard(_log)),
    "sin": (1, _guard(math.sin)),
    "cos": (1, _guard(math.cos)),
    "tanh": (1, math.tanh),
    "abs": (1, abs),
    "relu": (1, lambda value: value if value > 0 or math.isnan(value) else 0.0),
    "sigmoid": (1, lambda value: _divide(1.0, 1.0 + _guard(math.exp)(-value))),
    "min": (2, lambda one, other: math.nan if math.isnan(one + other) else min(one, other)),
    "max": (2, lambda one, other: math.nan if math.isnan(one + other) else max(one, other)),
}
OPERATORS: Mapping[str, Callable[[float, float], float]] = {
    "+": lambda one, other: one + other,
    "-": lambda one, other: one - other,
    "*": lambda one, other: one * other,
    "/": _divide,
    "^": _guard(_raise),
}


def read_expression(text: object, names: Collection[str], columns: Collection[str] = ()) -> Tree:
    """The tree of an expression that may use `names`, and `columns` within mean(…) and sum(…). Raises `BadExpression`."""
    if isinstance(text, int | float) and not isinstance(text, bool):
        text = repr(text)
    if not isinstance(text, str) or not text.strip() or len(text) > LONGEST:
        raise BadExpression(f"Write an expression of at most {LONGEST} characters, such as w - rate * 2 * w.")
    reader = _Reader(list(_split(text)), names, columns)
    tree = reader.sum(0)
    if reader.ahead:
        raise BadExpression(f"“{text.strip()[:60]}” cannot be read from “{reader.ahead}” on: check it.")
    return tree


def evaluate(tree: Tree, values: Mapping[str, float], rows: Sequence[Row] = ()) -> float:
    """A number, infinite or no number where it would be so in a browser; never an error for a tree that was read."""
    if isinstance(tree, str):
        return values[tree]
    if not isinstance(tree, list):
        return tree
    name, *arguments = tree
    if name in OVER_ROWS:
        found = [evaluate(arguments[0], {**values, **row}, rows) for row in rows]
        total = sum(found)
        return _divide(total, len(found)) if name == "mean" else float(total)
    known = [evaluate(argument, values, rows) for argument in arguments]
    operator = OPERATORS.get(str(name)) or FUNCTIONS[str(name)][1]
    return operator(*known)


def count_work(tree: Tree, rows: int) -> int:
    """How many nodes are looked at when it is evaluated once."""
    if not isinstance(tree, list):
        return 1
    inner = sum(count_work(argument, rows) for argument in tree[1:])
    return 1 + inner * (max(1, rows) if tree[0] in OVER_ROWS else 1)


def list_names(tree: Tree) -> Iterator[str]:
    """The names in a tree, operations left out."""
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, list):
        for argument in tree[1:]:
            yield from list_names(argument)


def _split(text: str) -> Iterator[str]:
    at = 0
    while text[at:].strip():
        found = TOKEN.match(text, at)
        if not found:
            raise BadExpression(f"“{text[at:].strip()[:20]}” cannot be read: use numbers, names, + - * / ^ and ( ).")
        yield found[0].strip()
        at = found.end()


class _Reader:
    """Reads by descent, one method a rank of operators; the nodes made are counted."""

    def __init__(self, tokens: list[str], names: Collection[str], columns: Collection[str]) -> None:
        self.tokens = tokens[::-1]
        self.names = frozenset(names)
        self.columns = frozenset(columns)
        self.nodes = 0

    @property
    def ahead(self) -> str:
        return self.tokens[-1] if self.tokens else ""

    def take(self, *wanted: str) -> str:
        """The next token if it is one of `wanted`, else nothing."""
        return self.tokens.pop() if self.ahead in wanted else ""

    def need(self, wanted: str) -> None:
        if not self.take(wanted):
            raise BadExpression(f"A “{wanted}” is missing{f' before “{self.ahead}”' if self.ahead else ' at the end'}.")

    def make(self, depth: int, *parts: Tree) -> Tree:
        self.nodes += 1
        if self.nodes > MOST_NODES or depth > DEEPEST:
            raise BadExpression("It has too many parts, or they stand too deep inside one another: simplify it.")
        return list(parts)

    def sum(self, depth: int) -> Tree:
        tree = self.product(depth + 1)
        while sign := self.take("+", "-"):
            tree = self.make(depth, sign, tree, self.product(depth + 1))
        return tree

    def product(self, depth: int) -> Tree:
        tree = self.signed(depth)
        while sign := self.take("*", "/"):
            tree = self.make(depth, sign, tree, self.signed(depth))
        return tree

    def signed(self, depth: int) -> Tree:
        if self.take("-"):
            return self.make(depth, "-", 0.0, self.signed(depth + 1))
        tree = self.atom(depth)
        return self.make(depth, "^", tree, self.signed(depth + 1)) if self.take("^") else tree

    def atom(self, depth: int) -> Tree:
        self.make(depth)
        if self.take("("):
            tree = self.sum(depth + 1)
            self.need(")")
            return tree
        token = self.tokens.pop() if self.tokens else ""
        if token[:1].isdigit():
            return self.number(token)
        if self.ahead == "(" and (token in FUNCTIONS or token in OVER_ROWS):
            return self.call(token, depth)
        if token in CONSTANTS:
            return CONSTANTS[token]
        if token not in self.names:
            known = ", ".join([*sorted(self.names), *FUNCTIONS, *OVER_ROWS])
            raise BadExpression(f"“{token or 'the end'}” is unknown here: it knows {known}.")
        return token

    def number(self, token: str) -> float:
        if not math.isfinite(float(token)):
            raise BadExpression(f"“{token[:20]}” is too large a number: write a smaller one.")
        return float(token)

    def call(self, name: str, depth: int) -> Tree:
        self.need("(")
        if name in OVER_ROWS and not self.columns:
            raise BadExpression(f"{name}(…) goes over the rows of [data]: write some.")
        outside = self.names
        self.names = outside | self.columns if name in OVER_ROWS else outside
        arguments = [self.sum(depth + 1)]
        while self.take(","):
            arguments.append(self.sum(depth + 1))
        self.need(")")
        self.names = outside
        wanted = 1 if name in OVER_ROWS else FUNCTIONS[name][0]
        if len(arguments) != wanted:
            raise BadExpression(f"{name}(…) takes {wanted} value{'s' if wanted > 1 else ''}: it has {len(arguments)}.")
        return self.make(depth, name, *arguments)
