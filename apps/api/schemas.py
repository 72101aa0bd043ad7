"""The shapes of requests and answers. What stands here is the documentation, too."""

from __future__ import annotations

import uuid
from dataclasses import fields
from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AfterValidator, ConfigDict, Field, StrictFloat, StrictInt

from workers.protocol import MAX_CODE_BYTES, Limits, State

MAX_PATH = 200
Device = Literal["cpu", "gpu"]


def check_code(code: str) -> str:
    if not code.strip():
        raise ValueError("There is no code to run.")
    if "\0" in code:
        raise ValueError("The code holds a NUL character, which Python does not read.")
    if not code.isascii() and any("\ud800" <= each <= "\udfff" for each in code):
        raise ValueError("The code holds half a character (a lone surrogate).")
    return code


def check_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("It may hold printable characters only.")
    return text


Line = Annotated[str, AfterValidator(check_line)]


class Strict(Schema):
    """What nobody asked for is refused: a misspelt field would otherwise be ignored in silence."""

    model_config = ConfigDict(extra="forbid")


class Start(Strict):
    code: Annotated[str, AfterValidator(check_code)] = Field(
        description=f"Python, {MAX_CODE_BYTES // 1024} KB at most", examples=["print('hello')"]
    )
    project: Line | None = Field(None, max_length=MAX_PATH, description="course/chapter/key")
    device: Device | None = Field(None, description="where to train; without it where the project says, else the CPU")
    limits: dict[str, StrictInt | StrictFloat] = Field(
        {},
        max_length=len(fields(Limits)),
        description=f"less than the project allows, by name: {', '.join(f.name for f in fields(Limits))}",
        examples=[{"wall_s": 30, "memory_mb": 1024}],
    )


class Inspection(Strict):
    of: Literal["modules", "tensor", "activations"] = Field(
        "modules", description="all modules and tensors by name; one tensor; what one module makes of the next batch"
    )
    name: Line = Field("", max_length=100, description="which tensor or module")


class RunSummary(Schema):
    """A run in a list."""

    id: uuid.UUID
    state: State
    url: str = Field(description="the page of the run")
    events_url: str = Field(description="its live events; asks for the token, and leads on with 307")
    project: str | None = Field(description="course/chapter/key")
    name: str = Field(description='what you call it, or ""')
    pinned: bool = Field(description="whether it stays on top of your list")
    visibility: Literal["private", "link", "public"] = Field(
        description="who may see it: you, whoever has the link, everybody"
    )
    device: Device
    created_at: datetime
    finished_at: datetime | None
    message: str = Field(description="how it ended, in a sentence")
    wall_s: float | None = Field(description="seconds it ran, without those it was paused")
    metrics: dict[str, Any] = Field(description="last, least and greatest value of each metric, by name")


class Check(Schema):
    name: str
    passed: bool
    message: str


class RunDetail(RunSummary):
    code: str
    note: str = Field(description="yours alone, whoever else sees the run")
    limits: dict[str, float]
    queued_at: datetime | None
    started_at: datetime | None
    exit_code: int | None
    cpu_s: float | None
    paused_s: float
    peak_mb: float | None
    gpu_s: float
    ran_on: str = Field(description="the device as the machine names it")
    goal_met: bool
    checks: list[Check] | None = Field(
        description="what came of the project's checks; none before they are carried out"
    )
    ahead: int | None = Field(description="how many runs go first, while it waits")
    estimate_s: float | None = Field(description="seconds until it starts, estimated, while it waits")


class RunPage(Schema):
    runs: list[RunSummary]
    next: str | None = Field(description="the cursor of the next, older page")


class Accepted(Schema):
    """The run was asked; what comes of it is told by its events."""

    state: State = Field(description="of the run, a moment ago")
    id: str | None = Field(None, description="of the request; an `inspection` event that answers it carries the same")


LOG: dict[str, Any] = {
    "responses": {
        200: {
            "content": {
                "text/plain": {"schema": {"type": "string"}},
                "application/x-ndjson": {"schema": {"type": "string"}},
            }
        }
    }
}
"""The answers that are no JSON, for the OpenAPI document."""

LIVE: dict[str, Any] = {
    "responses": {
        307: {"headers": {"Location": {"required": True, "schema": {"type": "string", "format": "uri"}}}},
    }
}
