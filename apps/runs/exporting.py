"""A run as files to take away: the code as a script, and code with what it printed as a Jupyter notebook (nbformat 4.5)."""

from __future__ import annotations

import json
from typing import Any

from django.utils.text import slugify

from apps.runs.models import Run
from apps.runs.transcripts import Piece, read_transcript

MOST = 1024 * 1024
"""Characters of output that a notebook holds: as much as a run may print."""


def name_file(run: Run, ending: str) -> str:
    """Such as `fit-a-line-1f0c2a9b.py`: safe in headers, on every system, and another for every run."""
    return f"{slugify(run.title)[:40] or 'run'}-{str(run.pk)[:8]}.{ending}"


def make_notebook(run: Run, *, address: str) -> str:
    """The run as a notebook that says where it comes from. Raises `redis.RedisError` while a run that goes on cannot be
    heard."""
    transcript = read_transcript(run, most=MOST)
    notebook = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": _describe(run, address),
        "cells": [
            {"id": "about", "cell_type": "markdown", "metadata": {}, "source": _introduce(run, address)},
            {
                "id": "code",
                "cell_type": "code",
                "metadata": {},
                "execution_count": 1,
                "source": run.code,
                "outputs": [_show(piece) for piece in transcript.pieces],
            },
        ],
    }
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _describe(run: Run, address: str) -> dict[str, Any]:
    return {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
        "kindling": {
            "run": address,
            "state": str(run.state),
            "device": run.device,
            "torch": run.torch,
            "created_at": run.created_at.isoformat(),
        },
    }


def _introduce(run: Run, address: str) -> str:
    title = "".join(f"\\{each}" if each in "\\`*_[]<>#" else each for each in run.title)
    with_torch = f" with torch {run.torch}" if run.torch else ""
    return f"# {title}\n\nRun on {run.created_at:%d %B %Y}{with_torch}: {address}"


def _show(piece: Piece) -> dict[str, Any]:
    if piece.kind == "figure":
        return {"output_type": "display_data", "metadata": {}, "data": {"image/png": piece.text}}
    name = "stderr" if piece.kind == "stderr" else "stdout"
    return {"output_type": "stream", "name": name, "text": piece.text}
