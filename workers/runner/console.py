"""What a run prints: bytes of two pipes in, text events out, within the console's limit."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from typing import Literal

Stream = Literal["stdout", "stderr"]
Speak = Callable[[str, dict[str, object]], None]

_CHARACTERS_PER_EVENT = 5000
"""A character is at most 12 bytes of JSON, an event at most 64 KB."""
_PIECES_PER_FLUSH = 64


class Console:
    """Keeps the order in which the pipes were read, and characters whole that were split between two reads."""

    def __init__(self, *, limit: int, speak: Speak) -> None:
        self._left = limit
        self._speak = speak
        self._decoders = {name: codecs.getincrementaldecoder("utf-8")("replace") for name in ("stdout", "stderr")}
        self._pieces: list[tuple[Stream, str]] = []
        self._spoke = False
        self.full = False

    def hear(self, stream: Stream, data: bytes) -> None:
        """Take what was read. The very first output is passed on at once, later output at the next `flush`."""
        self.full = self.full or len(data) > self._left
        kept = data[: self._left]
        self._left -= len(kept)
        self._add(stream, self._decoders[stream].decode(kept))
        if not self._spoke and self._pieces:
            self.flush()

    def flush(self) -> None:
        """Speak what has gathered."""
        for stream, text in self._pieces:
            for start in range(0, len(text), _CHARACTERS_PER_EVENT):
                self._speak(stream, {"text": text[start : start + _CHARACTERS_PER_EVENT]})
                self._spoke = True
        self._pieces.clear()

    def close(self) -> None:
        """Speak the rest, with a mark for a character that was never completed."""
        names: tuple[Stream, Stream] = ("stdout", "stderr")
        for stream in names:
            self._add(stream, self._decoders[stream].decode(b"", final=True))
        self.flush()

    def _add(self, stream: Stream, text: str) -> None:
        """Join to the last piece of the same stream; a flood that alternates is sorted by stream instead."""
        if not text:
            return
        back = next((n for n in range(len(self._pieces) - 1, -1, -1) if self._pieces[n][0] == stream), None)
        if back is not None and (back == len(self._pieces) - 1 or len(self._pieces) >= _PIECES_PER_FLUSH):
            self._pieces[back] = (stream, self._pieces[back][1] + text)
        else:
            self._pieces.append((stream, text))
