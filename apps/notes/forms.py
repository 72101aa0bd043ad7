"""What pages and scripts send of notes and bookmarks."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from apps.courses.models import Chapter

from .keeping import Passage
from .limits import MAX_BODY, MAX_CONTEXT, MAX_OFFSET, MAX_QUOTE
from .models import Note
from .refusals import BadNote


class WordsField(forms.CharField):
    """Text of somebody's own: kept as it is, but for what is no text."""

    def to_python(self, value: Any) -> str:
        if value is not None and not isinstance(value, str):
            raise ValidationError("Send words as text.")
        return (super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n")

    def validate(self, value: str) -> None:
        super().validate(value)
        if any((each < " " and each not in "\n\t") or each == "\x7f" or "\ud800" <= each <= "\udfff" for each in value):
            raise ValidationError("There is a character in it that is no text (such as NUL). Delete it.")


class BodyField(WordsField):
    def __init__(self, **options: Any) -> None:
        widget = forms.Textarea({"rows": 5})
        super().__init__(required=False, strip=False, widget=widget, label="Your note", **options)

    def clean(self, value: Any) -> str:
        body = str(super().clean(value)).strip()
        if len(body) > MAX_BODY:
            raise ValidationError(
                f"A note may be {MAX_BODY:,} characters long, and this one has {len(body):,}. "
                "Shorten it, or make two of it."
            )
        return body


class KindField(forms.ChoiceField):
    def __init__(self) -> None:
        words = {"invalid_choice": "A note is important, a question, or something to try: choose one of them."}
        super().__init__(
            choices=Note.Kind.choices, required=False, initial=Note.Kind.IMPORTANT, label="It is", error_messages=words
        )

    def clean(self, value: Any) -> str:
        return str(super().clean(value)) or Note.Kind.IMPORTANT


class NoteForm(forms.Form):
    """A note on a section, or with a quote on a passage of it. `client_token` makes what is sent twice one note."""

    section = forms.SlugField(max_length=60, error_messages={"required": "Say which section the note is on."})
    kind = KindField()
    body = BodyField()
    quote = WordsField(max_length=MAX_QUOTE, required=False, strip=False, widget=forms.HiddenInput)
    prefix = WordsField(max_length=MAX_CONTEXT, required=False, strip=False, widget=forms.HiddenInput)
    suffix = WordsField(max_length=MAX_CONTEXT, required=False, strip=False, widget=forms.HiddenInput)
    start = forms.IntegerField(min_value=0, max_value=MAX_OFFSET, required=False, widget=forms.HiddenInput)
    end = forms.IntegerField(min_value=0, max_value=MAX_OFFSET, required=False, widget=forms.HiddenInput)
    client_token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if (cleaned.get("start") or 0) > (cleaned.get("end") or 0):
            raise ValidationError("A passage ends after it starts. Mark it again.")
        return cleaned

    def read_passage(self) -> Passage:
        words = {name: self.cleaned_data[name] for name in ("quote", "prefix", "suffix")}
        return Passage(**words, start=self.cleaned_data["start"] or 0, end=self.cleaned_data["end"] or 0)


class SectionNoteForm(NoteForm):
    """The same as a form on a page: the section is chosen from those of the live text."""

    def __init__(self, chapter: Chapter, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        outline = chapter.live_revision.outline
        choices = [(one["id"], f"{one['number']} {one['title']}") for one in outline]
        self.fields["section"] = forms.ChoiceField(choices=choices, label="On section")
        self.order_fields(["section", "kind", "body"])


class ChangeForm(forms.Form):
    """Other words for a note; `edition` is the one that the page showed."""

    kind = KindField()
    body = BodyField()
    edition = forms.IntegerField(min_value=1, max_value=MAX_OFFSET, widget=forms.HiddenInput)


class BookmarkForm(forms.Form):
    """Whether there is to be a bookmark, and where: an empty section means the chapter itself."""

    section = forms.SlugField(max_length=60, required=False)
    kept = forms.BooleanField(required=False)


class SearchForm(forms.Form):
    q = forms.CharField(max_length=200, required=False)
    page = forms.IntegerField(min_value=1, max_value=10_000, required=False)
    removed = forms.IntegerField(min_value=1, max_value=2**63 - 1, required=False)


def read_json(request: HttpRequest) -> dict[str, Any]:
    """The object that a script sent. Raises `BadNote`."""
    try:
        sent = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise BadNote("Send a note as JSON.") from error
    if not isinstance(sent, dict):
        raise BadNote("Send a note as a JSON object.")
    return sent


def require_valid(form: forms.Form) -> None:
    """Raises `BadNote` with the first thing that is wrong."""
    if not form.is_valid():
        raise BadNote(next(str(errors[0]) for errors in form.errors.values()))
