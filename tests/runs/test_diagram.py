"""The diagram in ARCHITECTURE.md is the one that the transitions give."""

from __future__ import annotations

from pathlib import Path

from apps.runs.diagram import draw

ARCHITECTURE = Path(__file__).resolve().parents[2] / "ARCHITECTURE.md"


def test_the_architecture_shows_the_transitions_as_they_are() -> None:
    shown = ARCHITECTURE.read_text().partition("<!-- states -->")[2].partition("<!-- /states -->")[0]
    assert shown.strip() == f"```mermaid\n{draw()}\n```", "draw it again: python -m apps.runs.diagram"
