"""What members and moderators send: flags, decisions, sanctions, appeals, what is done with threads, filters and words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from apps.accounts.models import User
from apps.conduct.models import Charge, Filter, Sanction, Verb
from apps.courses.models import Chapter, Course
from apps.discussions.models import MAX_BODY

from .access import list_canned_replies, list_chapters, list_courses, list_reasons
from .models import CannedReply, ReviewItem

MAX_ID = 2**63 - 1
LONGEST = 4_000
DAYS = [
    ("1", "1 day"),
    ("3", "3 days"),
    ("7", "1 week"),
    ("30", "30 days"),
    ("90", "90 days"),
    ("", "until it is lifted"),
]
SLOWNESS = [("0", "off"), ("30", "30 seconds"), ("300", "5 minutes"), ("3600", "1 hour"), ("86400", "1 day")]


def area(rows: int = 3) -> forms.Textarea:
    return forms.Textarea({"rows": rows})


class FlagForm(forms.Form):
    reason = forms.ModelChoiceField(
        list_reasons(),
        widget=forms.RadioSelect,
        empty_label=None,
        label="What is wrong?",
        error_messages={"required": "Choose what is wrong."},
    )
    note = forms.CharField(
        required=False,
        max_length=1000,
        widget=area(),
        label="A note for moderators",
        help_text="Its author does not see who flagged it, nor this note.",
    )


class ReasonForm(forms.Form):
    """Why a moderator does something, in own words, in words that are kept, or both. `needed` refuses silence."""

    canned = forms.ModelChoiceField(
        CannedReply.objects.none(), required=False, empty_label="none", label="Words that are kept for this"
    )
    reason = forms.CharField(
        required=False,
        max_length=LONGEST,
        widget=area(),
        label="Reason",
        help_text="Whom it concerns reads it, and so does everybody in the public log: name nobody here.",
    )

    def __init__(self, *args: Any, moderator: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["canned"].queryset = list_canned_replies(moderator)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        canned = cleaned.pop("canned", None)
        parts = [str(cleaned.get("reason", "")).strip(), canned.body if canned else ""]
        cleaned["reason"] = "\n\n".join(part for part in parts if part)
        return cleaned


def read_end(days: str) -> datetime | None:
    """When something that is to last so many days ends; None for no end."""
    return timezone.now() + timedelta(days=int(days)) if days else None


class VersionField(forms.IntegerField):
    """Which version of the item the page showed."""

    def __init__(self) -> None:
        super().__init__(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)


class DecisionForm(ReasonForm):
    """What becomes of a flagged or held post, and of its author."""

    version = VersionField()
    outcome = forms.ChoiceField(
        choices=[
            ("agree", "Agree: something is wrong, and I do what stands below"),
            ("disagree", "Disagree: the post may stand, and is shown if it was hidden"),
            ("ignore", "Ignore: neither right nor wrong"),
        ],
        widget=forms.RadioSelect,
        label="Is something wrong?",
        error_messages={"required": "Choose: agree, disagree or ignore."},
    )
    fate = forms.ChoiceField(
        choices=[("hide", "Hide it"), ("delete", "Delete it"), ("edit", "Edit it"), ("keep", "Leave it as it is")],
        widget=forms.RadioSelect,
        required=False,
        label="The post",
    )
    body = forms.CharField(
        required=False, strip=False, max_length=MAX_BODY, widget=area(6), label="Its text, if you edit it"
    )
    sanction = forms.ChoiceField(
        choices=[
            ("", "Nothing"),
            ("warn", "Warn"),
            ("silence", "Silence: may read, not post"),
            ("suspend", "Suspend: cannot log in"),
        ],
        widget=forms.RadioSelect,
        required=False,
        label="Its author",
    )
    everywhere = forms.BooleanField(required=False, label="In all courses, not in this one only")
    days = forms.ChoiceField(choices=DAYS, required=False, label="For how long", initial="7")

    def clean_body(self) -> str:
        return str(self.cleaned_data["body"]).replace("\r\n", "\n").strip("\n").rstrip()


class VerdictForm(forms.Form):
    """What becomes of an appeal."""

    version = VersionField()
    verdict = forms.ChoiceField(
        choices=[("grant", "Grant it: what was done is taken back"), ("refuse", "Refuse it: what was done stands")],
        widget=forms.RadioSelect,
        label="Was it wrong?",
        error_messages={"required": "Choose: grant or refuse."},
    )
    answer = forms.CharField(
        max_length=LONGEST,
        widget=area(4),
        label="Your answer",
        help_text="The person reads it.",
        error_messages={"required": "Give an answer: the person reads it."},
    )


class ClearingForm(forms.Form):
    """Several items at once, each as `id:version`."""

    items = forms.CharField(required=False)
    outcome = forms.ChoiceField(
        choices=[
            ("disagree", "Disagree: let them stand"),
            ("ignore", "Ignore"),
            ("hide", "Agree and hide"),
            ("delete", "Agree and delete"),
        ],
        label="Decide about those that are ticked",
    )
    reason = forms.CharField(required=False, max_length=LONGEST, label="Reason")

    def read_items(self) -> list[tuple[int, int]]:
        """What was ticked; nothing when something else was sent."""
        ticked = self.data.getlist("items")  # type: ignore[attr-defined]
        pairs = [re.fullmatch(r"(\d{1,18}):(\d{1,9})", text) for text in ticked[:50]]
        return [(int(pair[1]), int(pair[2])) for pair in pairs if pair]


class SanctionForm(ReasonForm):
    kind = forms.ChoiceField(choices=Sanction.Kind.choices, widget=forms.RadioSelect, label="What")
    course = forms.ModelChoiceField(Course.objects.none(), required=False, empty_label="the whole site", label="Where")
    days = forms.ChoiceField(choices=DAYS, required=False, label="For how long", initial="7")

    def __init__(self, *args: Any, moderator: User, **kwargs: Any) -> None:
        super().__init__(*args, moderator=moderator, **kwargs)
        self.fields["course"].queryset = list_courses(moderator)  # type: ignore[attr-defined]


class ChargeForm(forms.Form):
    """Which course is put into somebody's care, or taken out of it; those that are there already are not offered."""

    course = forms.ModelChoiceField(Course.objects.none(), empty_label=None, label="Course")
    wish = forms.ChoiceField(choices=[(each, each) for each in ("charge", "discharge")])

    def __init__(self, *args: Any, charges: Iterable[Charge] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        courses = Course.objects.exclude(pk__in=[charge.course_id for charge in charges]).order_by("title")
        self.fields["course"].queryset = courses  # type: ignore[attr-defined]


class AppealForm(forms.Form):
    text = forms.CharField(
        max_length=LONGEST,
        widget=area(6),
        label="Why was this wrong?",
        help_text="Another moderator than the one who decided reads it and answers you. You can appeal once.",
        error_messages={"required": "Say why you think that this was wrong."},
    )


class SlowForm(ReasonForm):
    seconds = forms.TypedChoiceField(choices=SLOWNESS, coerce=int, label="Between two posts of one person")


class MoveForm(ReasonForm):
    chapter = forms.ModelChoiceField(queryset=Chapter.objects.none(), empty_label=None, label="To the chapter")

    def __init__(self, *args: Any, moderator: User, **kwargs: Any) -> None:
        super().__init__(*args, moderator=moderator, **kwargs)
        self.fields["chapter"].queryset = list_chapters(moderator)  # type: ignore[attr-defined]


class MergeForm(ReasonForm):
    into = forms.CharField(max_length=300, label="Into the thread", help_text="Its address, or its number.")

    def clean_into(self) -> int:
        found = re.fullmatch(r"(?:.*/discussions/)?(\d{1,18})(?:/.*)?", str(self.cleaned_data["into"]).strip())
        if not found:
            raise ValidationError("Paste the address of the other thread, such as /discussions/12/.")
        return int(found[1])


class SplitForm(ReasonForm):
    title = forms.CharField(max_length=160, label="Title of the new thread")
    posts = forms.CharField(
        required=False,
        max_length=1000,
        label="Posts by their numbers",
        help_text="With commas, beside those ticked below: each takes along what is below it.",
    )

    def clean_posts(self) -> list[int]:
        found = re.findall(r"\d+", ",".join(self.data.getlist("posts")[:100]))  # type: ignore[attr-defined]
        if not found or any(int(each) > MAX_ID for each in found):
            raise ValidationError("Tick at least one post, or name it by its number, as its address shows it.")
        return [int(each) for each in found]


class FilterForm(forms.Form):
    kind = forms.ChoiceField(choices=Filter.Kind.choices, label="What")
    pattern = forms.CharField(max_length=120, label="Word or address", help_text="Compared without case; no patterns.")
    action = forms.ChoiceField(choices=Filter.Action.choices, label="What happens")
    course = forms.ModelChoiceField(Course.objects.none(), required=False, empty_label="the whole site", label="Where")
    note = forms.CharField(max_length=300, required=False, label="Why, for other moderators")

    def __init__(self, *args: Any, moderator: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["course"].queryset = list_courses(moderator)  # type: ignore[attr-defined]


class ReplyForm(forms.Form):
    title = forms.CharField(max_length=80, label="Title")
    body = forms.CharField(max_length=LONGEST, widget=area(4), label="Words")
    course = forms.ModelChoiceField(Course.objects.none(), required=False, empty_label="all courses", label="For")

    def __init__(self, *args: Any, moderator: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["course"].queryset = list_courses(moderator)  # type: ignore[attr-defined]


class QueueFilter(forms.Form):
    """Which part of the queue is shown."""

    sort = forms.ChoiceField(choices=[("heaviest", "heaviest"), ("oldest", "oldest")], required=False)
    why = forms.ChoiceField(choices=[("", "all"), *ReviewItem.Why.choices], required=False, label="Why")
    course = forms.IntegerField(min_value=1, max_value=MAX_ID, required=False)
    after = forms.CharField(max_length=80, required=False)


class LogFrom(forms.Form):
    """Where a list of acts goes on: `before` is the id of the last one that was read."""

    before = forms.IntegerField(min_value=1, max_value=MAX_ID, required=False, widget=forms.HiddenInput)


class LogFilter(LogFrom):
    """Which part of the log is shown."""

    actor = forms.CharField(max_length=60, required=False, label="Who did it")
    person = forms.CharField(max_length=60, required=False, label="Whom it concerned")
    verb = forms.ChoiceField(choices=[("", "all"), *Verb.choices], required=False, label="What")
    course = forms.ModelChoiceField(Course.objects.none(), required=False, empty_label="all", label="Course")
    since = forms.DateField(required=False, label="From", widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(required=False, label="To", widget=forms.DateInput({"type": "date"}))

    def __init__(self, *args: Any, moderator: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["course"].queryset = list_courses(moderator)  # type: ignore[attr-defined]
