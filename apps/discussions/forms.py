"""What people send: threads, replies, and the place in a list from which to read on."""

from __future__ import annotations

import unicodedata
import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from apps.accounts.names import is_legible

from .models import MAX_BODY, Thread
from .reading import Sort

MAX_ID = 2**63 - 1


class TokenField(forms.UUIDField):
    """Made anew for every form shown; a form that comes back for correction keeps its own, if it had one."""

    def __init__(self) -> None:
        super().__init__(required=False, initial=uuid.uuid4, widget=forms.HiddenInput)

    def bound_data(self, data: Any, initial: Any) -> uuid.UUID:
        try:
            return uuid.UUID(data)
        except (TypeError, ValueError):
            return uuid.uuid4()


class PostForm(forms.Form):
    """A reply. `client_token` comes with the page: sending the same form twice makes one post.

    `typed_s` is how long it took to write, where a script could tell.
    """

    body = forms.CharField(
        strip=False,
        widget=forms.Textarea({"rows": 6}),
        label="Your text",
        help_text="Markdown: **bold**, `code`, ``` for listings, > for quotes. No images.",
        error_messages={"required": "Write something first."},
    )
    client_token = TokenField()
    typed_s = forms.FloatField(min_value=0, required=False, widget=forms.HiddenInput)

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
    """A new thread and its first post."""

    title = forms.CharField(
        max_length=Thread._meta.get_field("title").max_length,
        label="Title",
        error_messages={"required": "Give it a title, so that others see what it is about."},
    )
    field_order = ["title", "body", "client_token", "typed_s"]

    def clean_title(self) -> str:
        title = " ".join(str(self.cleaned_data["title"]).split())
        if not is_legible(title):
            raise ValidationError("A title may hold letters, digits, spaces and punctuation only.")
        return title


class ThreadsFrom(forms.Form):
    """Which threads of a chapter are asked for; `after` is the id of the last one already read."""

    sort = forms.TypedChoiceField(
        choices=[(sort.value, sort.value) for sort in Sort], coerce=Sort, required=False, empty_value=Sort.NEWEST
    )
    after = forms.IntegerField(min_value=1, max_value=MAX_ID, required=False)


class ParentField(forms.Form):
    """Which post a reply answers."""

    parent = forms.IntegerField(min_value=1, max_value=MAX_ID)
