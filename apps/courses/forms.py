"""What an editor sends."""

from __future__ import annotations

import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError

from .announcing import LAST_NUMBER, LONGEST_SLUG, Place
from .dialect.source import SOURCE_BYTES
from .pictures import PICTURE_BYTES
from .publishing import LONGEST_NOTE

LONGEST_WORD = 2_000
LAST_INTEGER = 2**31 - 1  # that the database holds


class SpokenForm(forms.Form):
    """A form whose faults are said in sentences above it."""

    def sentences(self) -> list[str]:
        """What is wrong with the form, for people."""
        return [str(sentence) for sentences in self.errors.values() for sentence in sentences]


class WritingForm(SpokenForm):
    """A text, the revision that it was written on, and the version of the draft that the page showed."""

    source = forms.CharField(
        strip=False,
        max_length=SOURCE_BYTES,
        error_messages={
            "required": "The text is empty: write the chapter first.",
            "max_length": f"The text is over {SOURCE_BYTES // 1000} kB: split it into two chapters.",
        },
    )
    base = forms.IntegerField(min_value=0, max_value=LAST_INTEGER)
    version = forms.UUIDField(required=False)
    note = forms.CharField(max_length=LONGEST_NOTE, required=False)

    def clean_source(self) -> str:
        """Browsers send CRLF; what differs by that alone is the same text."""
        return str(self.cleaned_data["source"]).replace("\r\n", "\n")


class PublishingForm(WritingForm):
    """A text that is to go live: the history says what changed."""

    note = forms.CharField(
        max_length=LONGEST_NOTE,
        error_messages={"required": "Say in one sentence what you changed: the history shows it."},
    )


class TimeForm(SpokenForm):
    """A time on the clock of whoever chose it; `zone` is the name of the clock's zone."""

    at = forms.DateTimeField(
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        error_messages={
            "required": "Choose a day and a time.",
            "invalid": "This is no time: write it like 2027-01-31 09:30.",
        },
    )
    zone = forms.CharField(max_length=64, required=False)

    def clean_zone(self) -> ZoneInfo:
        try:
            return ZoneInfo(self.cleaned_data["zone"] or "UTC")
        except (KeyError, ValueError, OSError):  # not found, or no name at all
            raise ValidationError("This time zone is not known here: choose the time in UTC.") from None

    def clean(self) -> None:
        """`at` becomes an instant. One that clocks skip in spring is refused."""
        at, zone = self.cleaned_data.get("at"), self.cleaned_data.get("zone")
        if not at or not zone:
            return
        local = at.replace(tzinfo=zone)
        if local.astimezone(datetime.UTC).astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
            raise ValidationError("Clocks skip this time on that day: choose another one.")
        self.cleaned_data["at"] = local.astimezone(datetime.UTC)


class SchedulingForm(TimeForm, PublishingForm):
    """A text that is to go live at a time."""


class HandingInForm(PublishingForm):
    """A text that is to be reviewed, with a word to the reviewer."""

    word = forms.CharField(max_length=LONGEST_WORD, required=False)


class MergingForm(SpokenForm):
    """What is to be taken where both have changed the same: see `read_choices`."""

    onto = forms.IntegerField(min_value=0, max_value=LAST_INTEGER)
    version = forms.UUIDField()


class RestoringForm(forms.Form):
    """An old revision is to be published again, in place of revision `base`."""

    base = forms.IntegerField(min_value=0, max_value=LAST_INTEGER)


class UploadForm(SpokenForm):
    file = forms.FileField(
        error_messages={
            "required": "Choose a file first: a picture (PNG, JPEG, WebP, GIF) or a drawing (SVG).",
            "empty": "This file is empty: save the picture anew.",
        }
    )

    def clean_file(self) -> object:
        if self.cleaned_data["file"].size > PICTURE_BYTES:
            raise ValidationError(f"The file has over {PICTURE_BYTES // 1_000_000} MB: make the picture smaller.")
        return self.cleaned_data["file"]


class CommentForm(SpokenForm):
    line = forms.IntegerField(min_value=0, max_value=SOURCE_BYTES, required=False)
    text = forms.CharField(max_length=LONGEST_WORD, error_messages={"required": "Write your comment first."})


class DecisionForm(SpokenForm):
    answer = forms.CharField(max_length=LONGEST_WORD, required=False)


class ApprovalForm(TimeForm, DecisionForm):
    """Without a time the text goes live at once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["at"].required = False


class ReturningForm(SpokenForm):
    answer = forms.CharField(
        max_length=LONGEST_WORD,
        error_messages={"required": "Say to the author what is missing, then return the text."},
    )


class CourseForm(SpokenForm):
    title = forms.CharField(max_length=120, error_messages={"required": "Give the course a title."})
    slug = forms.CharField(max_length=LONGEST_SLUG, error_messages={"required": "Give the course an address."})
    summary = forms.CharField(max_length=LONGEST_WORD, required=False)
    needs_review = forms.BooleanField(required=False)


class ChapterForm(SpokenForm):
    title = forms.CharField(max_length=160, error_messages={"required": "Give the chapter a title."})
    slug = forms.CharField(max_length=LONGEST_SLUG, error_messages={"required": "Give the chapter an address."})


class PlaceForm(SpokenForm):
    """Where one chapter stands; its fields are prefixed with the chapter's slug."""

    number = forms.IntegerField(
        min_value=1,
        max_value=LAST_NUMBER,
        error_messages={
            "invalid": "The number of a chapter is a whole number.",
            "required": "A chapter has no number.",
        },
    )
    part = forms.IntegerField(min_value=0, max_value=LAST_INTEGER, required=False)

    @property
    def place(self) -> Place:
        return Place(self.cleaned_data["number"], self.cleaned_data["part"] or 0)
