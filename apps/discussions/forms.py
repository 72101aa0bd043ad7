"""What people send: threads, replies, and the place in a list from which to read on."""

from __future__ import annotations

import unicodedata
import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.accounts.models import User
from apps.accounts.names import is_legible
from apps.courses.models import Chapter
from apps.runs.models import Run

from .access import Viewer, may
from .attaching import describe_run, list_attachable
from .branches import Cursor
from .lists import Sort, read_after
from .models import MAX_BODY, Thread
from .places import NoSuchPlace, Place, list_choices, read_anchor
from .rights import Action

MAX_ID = 2**63 - 1
RUNS = 12
"""So many of somebody's newest runs are offered to be attached."""


class TokenField(forms.UUIDField):
    """Made anew for every form shown; a form that comes back for correction keeps its own, if it had one."""

    def __init__(self) -> None:
        super().__init__(required=False, initial=uuid.uuid4, widget=forms.HiddenInput)

    def bound_data(self, data: Any, initial: Any) -> uuid.UUID:
        try:
            return uuid.UUID(data)
        except (TypeError, ValueError):
            return uuid.uuid4()


class RunField(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic to the checker alone
    """One of the actor's own runs; whichever it is, only the newest are offered."""

    def __init__(self) -> None:
        super().__init__(
            Run.objects.none(),
            required=False,
            label="One of your runs",
            empty_label="None",
            blank=True,
            help_text="Everybody will see the run you attach: its code, what it printed, its curves, and your name.",
            error_messages={"invalid_choice": "This run is none of yours, or it is not there any more."},
        )

    def offer(self, actor: Viewer, chosen: str = "") -> None:
        """The newest runs, and `chosen`, which may be an older one."""
        self.queryset = list_attachable(actor)
        if isinstance(actor, User):
            newest = list(self.queryset[:RUNS])
            if chosen and chosen not in {str(run.pk) for run in newest}:
                newest += self.queryset.filter(pk=chosen)
            self.choices = [("", self.empty_label), *((str(run.pk), describe_run(run)) for run in newest)]


class PostForm(forms.Form):
    """A reply. `client_token` comes with the page: sending the same form twice makes one post.

    `typed_s` is how long it took to write, where a script could tell. Without an `actor` no run can be attached.
    """

    body = forms.CharField(
        strip=False,
        widget=forms.Textarea({"rows": 6}),
        label="Your text",
        help_text="Markdown: **bold**, `code`, ``` for listings, > for quotes, $x^2$ for formulas, @name for people. No images.",
        error_messages={"required": "Write something first."},
    )
    client_token = TokenField()
    typed_s = forms.FloatField(min_value=0, required=False, widget=forms.HiddenInput)
    run = RunField()

    def __init__(self, *args: Any, actor: Viewer | None = None, run: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["run"]
        if actor is not None:
            field.offer(actor, run or read_run(self.data.get("run", "")))
        if len(field.choices) <= 1 and not self.data.get("run"):
            del self.fields["run"]

    def clean_body(self) -> str:
        body = str(self.cleaned_data["body"]).replace("\r\n", "\n").strip("\n").rstrip()
        if not any(unicodedata.category(character)[0] not in "CZ" for character in body):
            raise ValidationError("Write something first.")
        if (size := len(body.encode())) > MAX_BODY:
            raise ValidationError(
                f"This is {size:,} bytes long; at most {MAX_BODY:,} fit into a post. Shorten it or make two posts of it."
            )
        return body

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("client_token"):
            raise ValidationError("This form was incomplete, so nothing was posted. Please send it again.")
        return cleaned


class ThreadForm(PostForm):
    """A new thread and its first post. What it is about can be given by `place`, or chosen among the sections."""

    kind = forms.ChoiceField(
        label="What is it?",
        required=False,
        error_messages={"invalid_choice": "You cannot open a thread of this kind here. Choose another."},
    )
    title = forms.CharField(
        max_length=Thread._meta.get_field("title").max_length,
        label="Title",
        error_messages={"required": "Give it a title, so that others see what it is about."},
    )
    place = forms.ChoiceField(
        label="What is it about?",
        required=False,
        error_messages={"invalid_choice": "The chapter holds no such place any more. Choose another."},
    )
    field_order = ["kind", "title", "place", "body", "run", "client_token", "typed_s"]

    def __init__(
        self, *args: Any, actor: Viewer, chapter: Chapter, place: Place | None = None, run: str = "", **kwargs: Any
    ) -> None:
        initial = {"place": str(place) if place else "", "run": run, "kind": Thread.Kind.QUESTION}
        super().__init__(*args, actor=actor, run=run, initial=initial | kwargs.pop("initial", {}), **kwargs)
        self.actor, self.chapter = actor, chapter
        self.fields["kind"].choices = list_kinds(actor, chapter)  # type: ignore[attr-defined]
        self.fields["place"].choices = self.offer_places(place)  # type: ignore[attr-defined]

    def offer_places(self, place: Place | None) -> list[tuple[str, str]]:
        choices = list_choices(self.chapter)
        if place and str(place) not in dict(choices):
            choices.append((str(place), place.name))
        return choices

    def clean_kind(self) -> Thread.Kind:
        return Thread.Kind(self.cleaned_data["kind"] or Thread.Kind.QUESTION)

    def clean_title(self) -> str:
        title = " ".join(str(self.cleaned_data["title"]).split())
        if not is_legible(title):
            raise ValidationError("A title may hold letters, digits, spaces and punctuation only.")
        return title


def read_run(text: str) -> str:
    """The id of a run, or "" where there is none in it."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return ""


def list_kinds(actor: Viewer, chapter: Chapter) -> list[tuple[str, str]]:
    """What `actor` may open here."""
    announces = may(actor, Action.ANNOUNCE, chapter) is None
    return [(str(kind), str(kind.label)) for kind in Thread.Kind if announces or kind != Thread.Kind.ANNOUNCEMENT]


class ThreadsFrom(forms.Form):
    """Which threads are asked for. `after` is the cursor of the last one already read; `run` and `quote` are for a new one."""

    sort = forms.TypedChoiceField(
        choices=[(sort.value, sort.value) for sort in Sort], coerce=Sort, required=False, empty_value=Sort.ACTIVE
    )
    kind = forms.ChoiceField(choices=[("", "")] + [(str(kind), str(kind)) for kind in Thread.Kind], required=False)
    place = forms.CharField(max_length=100, required=False)
    after = forms.CharField(max_length=100, required=False)
    run = forms.UUIDField(required=False)
    quote = forms.CharField(max_length=2_000, required=False)

    def clean_place(self) -> str:
        place = str(self.cleaned_data["place"])
        try:
            return ":".join(read_anchor(place)) if place else ""
        except NoSuchPlace as error:
            raise ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        try:
            cleaned["after"] = read_after(cleaned.get("sort", Sort.ACTIVE), cleaned.get("after", ""))
        except ValueError as error:
            raise ValidationError("no cursor") from error
        return cleaned


class PageFrom(forms.Form):
    """Where a list goes on that has one order only."""

    after = forms.CharField(max_length=100, required=False)

    def clean_after(self) -> Cursor | None:
        try:
            return read_after(Sort.ACTIVE, self.cleaned_data["after"])
        except ValueError as error:
            raise ValidationError("no cursor") from error


class ParentField(forms.Form):
    """Which post a reply answers."""

    parent = forms.IntegerField(min_value=1, max_value=MAX_ID)


class FollowForm(forms.Form):
    """What to follow or mute: `thread:5`, `chapter:5` or `person:5`; and where the page was that asked."""

    target = forms.RegexField(r"^(thread|chapter|person):[1-9][0-9]{0,17}$")
    wish = forms.ChoiceField(choices=[(each, each) for each in ("follow", "unfollow", "mute", "unmute")])
    back = forms.CharField(max_length=2_000, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind, _, number = str(cleaned.get("target", "")).partition(":")
        if "mute" in cleaned.get("wish", "") and kind != "person":
            raise ValidationError("Only people can be muted.")
        return cleaned | {"kind": kind, "number": int(number or 0)}
