"""What people send about posts that are there: changes, votes, acceptances; and which page of a thread they ask for."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_comma_separated_integer_list
from django.http import QueryDict

from .branches import Order, read_cursor
from .forms import MAX_ID, ParentField, PostForm
from .models import Post


class EditForm(forms.Form):
    """Another text for a post, and why. `version` says which text the page showed: that of the edit at this time."""

    body = forms.CharField(
        strip=False,
        widget=forms.Textarea({"rows": 10}),
        label="Your text",
        help_text=PostForm.base_fields["body"].help_text,
        error_messages={"required": "Write something first."},
    )
    reason = forms.CharField(max_length=200, required=False, label="What did you change, and why?")
    version = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)

    def __init__(self, post: Post, *, of_somebody_else: bool, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"body": post.body, "version": write_version(post)})
        self.post = post
        if of_somebody_else:
            self.fields["reason"].required = True
            self.fields["reason"].help_text = "Its author is told."

    clean_body = PostForm.clean_body

    @property
    def seen(self) -> str:
        """What the page showed, as far as it is still there: "" matches no post."""
        return self.post.body if self.cleaned_data["version"] == write_version(self.post) else ""

    def renew(self) -> None:
        """What is shown now stands below the text: saving once more takes it into account."""
        data = cast("QueryDict", self.data).copy()
        data["version"] = write_version(self.post)
        self.data = data


def write_version(post: Post) -> str:
    return post.edited_at.isoformat() if post.edited_at else "first"


class BranchesFrom(forms.Form):
    """Which page of a thread is asked for: the order and its cursor, or the post that it begins with."""

    order = forms.TypedChoiceField(
        choices=[(order.value, order.value) for order in Order], coerce=Order, required=False, empty_value=None
    )
    after = forms.CharField(max_length=80, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        order, after = cleaned.get("order"), cleaned.get("after")
        try:
            cleaned["after"] = read_cursor(order, after) if order and after else None
        except ValueError as error:
            raise ValidationError("There is no such page.") from error
        return cleaned


class VoteForm(forms.Form):
    """A vote up or down, or (0) none."""

    value = forms.TypedChoiceField(choices=[(value, value) for value in ("-1", "0", "1")], coerce=int)


class AcceptForm(forms.Form):
    accepted = forms.TypedChoiceField(choices=[("1", "1"), ("0", "0")], coerce=lambda value: value == "1")


class SinceField(forms.Form):
    """The last post that is known already."""

    since = forms.IntegerField(min_value=0, max_value=MAX_ID)


class ChangesFrom(forms.Form):
    """Which change of a post is asked for, and where the list of them goes on."""

    before = forms.IntegerField(min_value=1, max_value=MAX_ID, required=False)
    change = forms.IntegerField(min_value=1, max_value=MAX_ID, required=False)


class SeenForm(ParentField):
    """Up to which post a thread was shown, and which posts were looked at."""

    MOST = 200
    seen = forms.CharField(required=False, max_length=20 * MOST, validators=[validate_comma_separated_integer_list])

    def clean_seen(self) -> list[int]:
        numbers = [int(number) for number in str(self.cleaned_data["seen"]).split(",") if number]
        return [number for number in numbers[: self.MOST] if number <= MAX_ID]
