"""What is asked for: words, and perhaps the kind and course that they are looked for in."""

from __future__ import annotations

from django import forms

from apps.courses.models import Course

from .finding import KINDS, PAGES
from .query import MAX_LENGTH

TOO_LONG = f"A search may be {MAX_LENGTH} characters long. Choose the few words that matter."
TOO_DEEP = f"Only the first {PAGES} pages are shown. Add a word, so that what you look for comes first."
NO_KIND = "There is no such kind of result. Choose one of those below."
NO_COURSE = "There is no such course. Choose one of those in the list."
NO_PAGE = "There is no such page of results. Go back to the first."


class Asked(forms.Form):
    def first_error(self) -> str:
        return next((str(each) for errors in self.errors.values() for each in errors), "")


class SearchForm(Asked):
    q = forms.CharField(
        max_length=MAX_LENGTH,
        required=False,
        label="Search for",
        error_messages={"max_length": TOO_LONG, "null_characters_not_allowed": "Type words: this is no text."},
        widget=forms.TextInput(
            {"type": "search", "autocomplete": "off", "enterkeyhint": "search", "spellcheck": "false"}
        ),
    )
    course = forms.ModelChoiceField(
        Course.objects.order_by("title"),
        to_field_name="slug",
        required=False,
        empty_label="All courses",
        error_messages={"invalid_choice": NO_COURSE},
    )
    kind = forms.ChoiceField(
        choices=[(kind.name, kind.label) for kind in KINDS],
        required=False,
        error_messages={"invalid_choice": NO_KIND},
        widget=forms.HiddenInput,
    )
    page = forms.IntegerField(
        min_value=1,
        max_value=PAGES,
        required=False,
        error_messages={"invalid": NO_PAGE, "min_value": NO_PAGE, "max_value": TOO_DEEP},
        widget=forms.HiddenInput,
    )

    def clean_page(self) -> int:
        return self.cleaned_data["page"] or 1

    def clean_q(self) -> str:
        return " ".join(str(self.cleaned_data["q"]).split())


class GlanceForm(Asked):
    """What the palette asks while somebody types; a space at the end says that the last word is whole."""

    q = forms.CharField(max_length=MAX_LENGTH, required=False, strip=False, error_messages={"max_length": TOO_LONG})
