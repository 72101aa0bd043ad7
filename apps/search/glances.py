"""What the palette is told, as JSON. Texts go as pieces, so that nothing of them is ever read as markup."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .actions import Action
from .finding import Answer, Found
from .snippets import Piece


def describe_answer(answer: Answer) -> dict[str, Any]:
    return {
        "query": answer.query,
        "corrected": answer.is_corrected,
        "better": answer.better,
        "total": answer.total,
        "capped": any(group.is_capped for group in answer.groups),
        "groups": [
            {"label": group.label, "results": [_describe(found) for found in group.found]} for group in answer.groups
        ],
    }


def describe_actions(actions: Sequence[Action]) -> dict[str, Any]:
    return {"actions": [{"title": [[each.title, False]], "url": each.url, "where": each.where} for each in actions]}


def _describe(found: Found) -> dict[str, Any]:
    return {
        "url": found.url,
        "title": _list_pieces(found.title),
        "snippet": _list_pieces(found.snippet),
        "where": found.where,
    }


def _list_pieces(pieces: Sequence[Piece]) -> list[list[object]]:
    return [[piece.text, piece.marked] for piece in pieces]
