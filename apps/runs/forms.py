"""What requests to start a run, or to look into one, have to look like."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import RequestDataTooBig, ValidationError
from django.http import HttpRequest

from apps.runs.models import Visibility
from apps.runs.refusals import Refusal
from workers.protocol import DEVICES, MAX_CODE_BYTES

MAX_PATH = 200
MAX_REVISION = 2**31  # what the column holds


class BadRequest(Refusal):
    """The request is not in the form that it must have; the text says what to do."""

    status = 400


class TooLong(Refusal):
    """The code is longer than a run may be."""

    status = 413

    def __init__(self) -> None:
        super().__init__(f"The code is longer than {MAX_CODE_BYTES // 1024} KB. Shorten it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A checked request: run this code, for this project if any, once for this token. Limits and prediction are checked later."""

    code: str
    project: str | None
    client_token: uuid.UUID
    device: str | None = None
    limits: Mapping[str, Any] = field(default_factory=dict)
    prediction: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """A checked request: show this of what goes on in a run."""

    of: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """A checked request: keep this as the draft that builds on this revision (0: on none)."""

    code: str
    revision: int


def read_start(request: HttpRequest) -> Start:
    """Raises `BadRequest` and `TooLong`."""
    raw = _read_object(request)
    return Start(
        code=_read_code(raw.get("code")),
        project=_read_project(raw.get("project")),
        client_token=_read_token(raw.get("client_token")),
        device=_read_device(raw.get("device")),
        limits=_read_limits(raw.get("limits")),
        prediction=_read_prediction(raw.get("prediction")),
    )


def read_start_form(request: HttpRequest) -> Start:
    """The same from a form without scripts. Raises `BadRequest` and `TooLong`."""
    # Browsers send lines with both characters; Python reads either, and the code is shown and compared with one.
    code = _read_code(request.POST.get("code", "").replace("\r\n", "\n"))
    project = _read_project(request.POST.get("project") or None)
    # The same page sent twice is the same run. A chapter's says which run was the last when it was loaded; on others the
    # token against forgery is another each time.
    page = request.POST.get("page") or request.POST.get("csrfmiddlewaretoken", "")
    return Start(code=code, project=project, client_token=uuid.uuid5(uuid.NAMESPACE_OID, f"{page}\n{project}\n{code}"))


def read_writing(request: HttpRequest) -> Writing:
    """Raises `BadRequest` and `TooLong`."""
    raw = _read_object(request)
    code, revision = raw.get("code"), raw.get("revision")
    if type(revision) is not int or not 0 <= revision < MAX_REVISION:
        raise BadRequest("A draft names the revision that it builds on as a number. Reload the page.")
    return Writing(code=_read_text(code), revision=revision)


def read_inspection(request: HttpRequest) -> Inspection:
    """Raises `BadRequest`."""
    raw = _read_object(request)
    of, name = raw.get("of", "modules"), raw.get("name", "")
    if not isinstance(of, str) or not isinstance(name, str):
        raise BadRequest("An inspection names what to look at as text: of, and the name of a tensor or module.")
    return Inspection(of=of, name=name)


def _read_object(request: HttpRequest) -> dict[str, Any]:
    try:
        body = request.body
    except RequestDataTooBig:
        raise TooLong from None
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequest("The request is not JSON. Reload the page and try again.") from None
    if not isinstance(raw, dict):
        raise BadRequest("The request is not a JSON object. Reload the page and try again.")
    return raw


def _read_code(code: object) -> str:
    if not isinstance(code, str) or not code.strip():
        raise BadRequest("There is no code to run. Write some, or reset the listing.")
    return _read_text(code)


def _read_text(code: object) -> str:
    if not isinstance(code, str):
        raise BadRequest("Code is text. Reload the page.")
    if "\0" in code:
        raise BadRequest("The code holds a NUL character, which Python does not read. Remove it.")
    try:
        size = len(code.encode())
    except UnicodeEncodeError:
        raise BadRequest("The code holds half a character (a lone surrogate). Remove it.") from None
    if size > MAX_CODE_BYTES:
        raise TooLong
    return code


def _read_project(path: object) -> str | None:
    if path is None:
        return None
    if not isinstance(path, str) or len(path) > MAX_PATH or not path.isprintable():
        raise BadRequest("The project is not named as course/chapter/project. Reload the page.")
    return path


def _read_token(token: object) -> uuid.UUID:
    try:
        return uuid.UUID(token) if isinstance(token, str) else uuid.uuid4()
    except ValueError:
        raise BadRequest("The client token is not a UUID. Reload the page.") from None


def _read_device(device: object) -> str | None:
    if device is None:
        return None
    if not isinstance(device, str) or device not in DEVICES:
        raise BadRequest(f"There is no such device. There are: {', '.join(sorted(DEVICES))}.")
    return device


def _read_limits(limits: object) -> dict[str, Any]:
    if limits is None:
        return {}
    if not isinstance(limits, dict):
        raise BadRequest('Limits are a JSON object of numbers by name, such as {"wall_s": 30}.')
    return limits


def _read_prediction(prediction: object) -> dict[str, Any] | None:
    """`{"ask": the question, "said": the answer}` or `{"skipped": true}`; whether it fits the project is seen later."""
    if prediction is not None and not isinstance(prediction, dict):
        raise BadRequest("A prediction is a JSON object: what was asked, and what you said. Reload the page.")
    return prediction


class LabelForm(forms.Form):
    """What the owner of a run calls it, and a note."""

    name = forms.CharField(
        label="Name", max_length=80, required=False, help_text="Whoever sees the run sees its name, too."
    )
    note = forms.CharField(
        label="Note",
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text="What you tried, and what came of it. Only you see it.",
    )

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        if not name.isprintable():
            raise ValidationError("A name holds printable characters only. Type it anew.")
        return name


class ShareForm(forms.Form):
    """Who may see a run."""

    visibility = forms.TypedChoiceField(
        label="Who may see it", choices=Visibility.choices, coerce=Visibility, widget=forms.RadioSelect
    )


class PinForm(forms.Form):
    """Whether a run stays on top, and the page to go back to."""

    pinned = forms.TypedChoiceField(choices=[("yes", "Pin"), ("no", "Unpin")], coerce=lambda word: word == "yes")
