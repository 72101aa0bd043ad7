"""How a text calls people: `@Ada Lovelace`, somebody who takes part in the thread; `@Ada Lovelace#12`, exactly member 12.

Names are not unique and hold spaces, so a name counts where somebody of the thread bears it, the longest that fits; the
number is for everybody else, and for two of one name. Code, formulas, links and quotes call nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from markdown_it.token import Token

from apps.accounts.models import MAX_NAME

NUMBERED = re.compile(r"@[^@#\n]{1,60}#(\d{1,18})(?!\d)")
LONGEST = MAX_NAME + len("#") + 18
MOST = 200
"""So many `@` of one text are looked at."""


class Call(NamedTuple):
    """Where a text calls somebody, and by which words, folded."""

    begin: int
    end: int
    said: str


def fold(text: str) -> str:
    return " ".join(text.casefold().split())


def name(person_name: str, number: int) -> str:
    """How somebody is called who may not take part in the thread, folded."""
    return f"{fold(person_name)}#{number}"


def list_numbers(texts: Iterable[str]) -> set[int]:
    return {int(number) for text in texts for number in islice(NUMBERED.findall(text), MOST)}


def list_calls(text: str, known: Iterable[str]) -> Iterator[Call]:
    """Who is called in a text, of those who are `known` by these folded words."""
    names, begin = frozenset(known), text.find("@")
    for _ in range(MOST):
        if begin < 0:
            return
        call = None if text[begin - 1 : begin].isalnum() else _find_call(text, begin, names)  # no address of mail
        if call:
            yield call
        begin = text.find("@", call.end if call else begin + 1)


def _find_call(text: str, begin: int, names: frozenset[str]) -> Call | None:
    """The longest name that stands after the `@`."""
    if text[begin + 1 : begin + 2].isspace():
        return None
    for end in range(min(len(text), begin + 1 + LONGEST), begin + 1, -1):
        if not text[end : end + 1].isalnum() and not text[end - 1].isspace():
            said = fold(text[begin + 1 : end])
            if said in names:
                return Call(begin, end, said)
    return None


def list_texts(tokens: Sequence[Token]) -> list[str]:
    """The words of a parsed text that may call somebody."""
    return [
        child.content
        for inline in _list_own(tokens)
        for child, is_free in _mark_free(inline.children or [])
        if is_free and child.type == "text"
    ]


def link(tokens: Sequence[Token], addresses: Mapping[str, str]) -> None:
    """Make links of the calls in a parsed text; `addresses` are by folded words."""
    for inline in _list_own(tokens) if addresses else ():
        inline.children = [
            piece
            for child, is_free in _mark_free(inline.children or [])
            for piece in (_split(child, addresses) if is_free and child.type == "text" else [child])
        ]


def _list_own(tokens: Sequence[Token]) -> Iterator[Token]:
    """The lines of a text that are its author's own: what is quoted was somebody else's call."""
    quotes = 0
    for token in tokens:
        quotes += (token.type == "blockquote_open") - (token.type == "blockquote_close")
        if token.type == "inline" and not quotes:
            yield token


def _mark_free(children: Sequence[Token]) -> Iterator[tuple[Token, bool]]:
    """With each, whether it stands outside of every link."""
    links = 0
    for child in children:
        links += (child.type == "link_open") - (child.type == "link_close")
        yield child, links == 0


def _split(token: Token, addresses: Mapping[str, str]) -> Iterator[Token]:
    text, told = token.content, 0
    for call in list_calls(text, addresses):
        yield _write(text[told : call.begin])
        yield Token("link_open", "a", 1, attrs={"href": addresses[call.said]})
        yield _write(text[call.begin : call.end].split("#")[0])
        yield Token("link_close", "a", -1)
        told = call.end
    yield _write(text[told:])


def _write(text: str) -> Token:
    return Token("text", "", 0, content=text)
