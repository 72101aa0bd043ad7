"""What a run printed and measured, as text: for pages without scripts, and for notebooks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from apps.runs.logs import read, read_latest
from apps.runs.models import Run
from workers.protocol import Event

MOST = 64 * 1024
"""Characters of the console that a page holds; what is older is left out, and said so."""

TOLD = frozenset({"stdout", "stderr", "notice", "diagnosis", "progress", "figure"})
OUTPUTS = frozenset({"stdout", "stderr"})


@dataclass(slots=True)
class Piece:
    """What came on one channel until another spoke: `kind` is stdout, stderr, notice or figure (then `text` is a PNG in
    base64)."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Transcript:
    """In the order in which it came; `left_out` counts characters that would have been before it."""

    pieces: list[Piece] = field(default_factory=list)
    left_out: int = 0
    progress: dict[str, Any] | None = None


def read_transcript(run: Run, *, most: int = MOST) -> Transcript:
    """Of the run's last attempt, the newest `most` characters. Raises `redis.RedisError` while a run that goes on cannot be
    heard."""
    events = list(read_latest(read(run), TOLD))
    progress = [event.data for event in events if event.type == "progress"]
    pieces = _join(event for event in events if event.type != "progress")
    left_out = _cut(pieces, most)
    return Transcript([piece for piece in pieces if piece.text], left_out, progress[-1] if progress else None)


def _join(events: Iterable[Event]) -> list[Piece]:
    pieces: list[Piece] = []
    texts: list[list[str]] = []
    for event in events:
        kind, text = _tell(event)
        if not pieces or kind != pieces[-1].kind or kind == "figure":
            pieces.append(Piece(kind, ""))
            texts.append([])
        texts[-1].append(text)
    for piece, parts in zip(pieces, texts, strict=True):
        piece.text = "".join(parts)
    return pieces


def _tell(event: Event) -> tuple[str, str]:
    if event.type in OUTPUTS:
        return event.type, str(event.data.get("text", ""))
    if event.type == "figure":
        return "figure", str(event.data.get("png", ""))
    return "notice", f"{event.data.get('text') or event.data.get('message') or ''}\n"


def _cut(pieces: list[Piece], most: int) -> int:
    """Takes text away from the front until `most` characters are left; how many it took. Figures are no text."""
    surplus = sum(len(piece.text) for piece in pieces if piece.kind != "figure") - most
    left_out = max(0, surplus)
    for piece in pieces:
        if surplus <= 0:
            break
        if piece.kind != "figure":
            gone = min(surplus, len(piece.text))
            piece.text, surplus = piece.text[gone:], surplus - gone
    return left_out
