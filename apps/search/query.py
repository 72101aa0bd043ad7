"""What somebody typed, read as a search engine on the web reads it, and written down for Postgres.

`loss nan` finds what has both, `"loss is nan"` the phrase, `nan or inf` either, `loss -cuda` what lacks the second. Code
is taken apart as `kindling_words` takes apart the texts: `nn.Linear` is looked for as its two words side by side.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .refusals import BadQuery
from .synonyms import find_synonyms, find_variants, list_lengths

MAX_LENGTH = 200
MAX_WORDS = 16

_TOKEN = re.compile(r'(?P<no>-(?=["\w]))?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_WORD = re.compile(r"\d+(?:\.\d+)+|[^\W_]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True)
class Term:
    """Words that stand side by side. `plain` is one word as people write it, with its synonyms and spellings."""

    words: tuple[str, ...]
    plain: bool = False
    unwanted: bool = False
    humps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Query:
    """Alternatives, each a list of terms that must all be there. `typed` is what stood in the field."""

    typed: str
    alternatives: tuple[tuple[Term, ...], ...]

    @property
    def words(self) -> list[str]:
        """The wanted words that may be misspelt, in small letters and in their order."""
        wanted = (term for terms in self.alternatives for term in terms if term.plain and not term.unwanted)
        return list(dict.fromkeys(term.words[0] for term in wanted))

    @property
    def all_words(self) -> frozenset[str]:
        return frozenset(word for terms in self.alternatives for term in terms for word in term.words)

    @property
    def last(self) -> Term | None:
        """The word that may not have been typed to its end yet."""
        term = self.alternatives[-1][-1]
        return term if term.plain and not term.unwanted and self.typed[-1:].isalnum() else None

    def correct(self, better: Mapping[str, str]) -> str:
        """What should have been typed."""
        return re.sub(r"[^\W_]+", lambda match: better.get(match[0].lower(), match[0]), self.typed)

    def write(self, *, begins: Sequence[str] | None = None) -> str:
        """What `to_tsquery` reads. With `begins` the last word counts as a beginning, too, and may become these words."""
        return _any(_all(_write_terms(terms, self.last, begins)) for terms in self.alternatives)

    def write_plainly(self) -> str:
        """The same without what else the words are called: what has the very words comes first."""
        return _any(_all(_no(term) + _write_phrase(term.words) for term in terms) for terms in self.alternatives)


def parse(typed: str) -> Query:
    """Reads `typed`. Raises `BadQuery` when it names nothing that could be found."""
    alternatives: list[list[Term]] = [[]]
    for token in _TOKEN.finditer(typed):
        if token["word"] and token["word"].lower() == "or":
            alternatives.append([])
        else:
            alternatives[-1] += _read_token(token)
    wanted = [tuple(terms) for terms in alternatives if any(not term.unwanted for term in terms)]
    if sum(len(term.words) for terms in wanted for term in terms) > MAX_WORDS:
        raise BadQuery(f"That are more than {MAX_WORDS} words. Search for a few that matter.")
    if not wanted and any(alternatives):
        raise BadQuery("Say what to look for, too, not only what to leave out.")
    if not wanted:
        raise BadQuery("There is no word in this. Type at least one letter or digit.")
    return Query(typed, tuple(wanted))


def _read_token(token: re.Match[str]) -> Iterator[Term]:
    text, unwanted = token["phrase"] or token["word"] or "", bool(token["no"])
    words = tuple(word.lower() for word in _WORD.findall(text))
    if not words:
        return
    humps = tuple(part.lower() for word in _WORD.findall(text) for part in _HUMP.split(word))
    plain = token["word"] is not None and len(words) == 1 and words == humps
    yield Term(words, plain, unwanted, humps if humps != words else ())


def _write_terms(terms: Sequence[Term], last: Term | None, begins: Sequence[str] | None) -> Iterator[str]:
    position = 0
    while position < len(terms):
        length, others = _find_name(terms[position:])
        named = terms[position : position + length]
        ways = [_all(_write_term(term) for term in named), *(_write_phrase(words) for words in others)]
        if begins is not None and named[-1] is last:
            ways += [f"'{last.words[0]}':*", *(f"'{word}'" for word in begins)]
        yield _no(named[0]) + _any(ways)
        position += length


def _find_name(terms: Sequence[Term]) -> tuple[int, list[tuple[str, ...]]]:
    """How many of the first terms are one name of the field, and what else that is called."""
    for length in list_lengths():
        named = terms[:length]
        if len(named) < length or not all(term.plain and not term.unwanted for term in named):
            continue
        if others := list(find_synonyms(tuple(term.words[0] for term in named))):
            return length, others
    return 1, []


def _write_term(term: Term) -> str:
    if term.plain:
        return _any(f"'{word}'" for word in (term.words[0], *sorted(find_variants(term.words[0]))))
    return _any(_write_phrase(words) for words in (term.words, term.humps) if words)


def _write_phrase(words: Iterable[str]) -> str:
    return _join(" <-> ", [f"'{word}'" for word in words])


def _any(parts: Iterable[str]) -> str:
    return _join(" | ", list(parts))


def _all(parts: Iterable[str]) -> str:
    return _join(" & ", list(parts))


def _join(sign: str, parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"({sign.join(parts)})"


def _no(term: Term) -> str:
    return "!" if term.unwanted else ""
