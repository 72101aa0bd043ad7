"""What an editor sends."""

from __future__ import annotations

from django import forms

from .dialect.source import SOURCE_BYTES
from .publishing import LONGEST_NOTE


class WritingForm(forms.Form):
    """A text and the revision that it was written on; `on_top_of` when the editor has seen a newer one and goes on."""

    source = forms.CharField(
        strip=False,
        max_length=SOURCE_BYTES,
        error_messages={
            "required": "The text is empty: write the chapter first.",
            "max_length": f"The text is over {SOURCE_BYTES // 1000} kB: split it into two chapters.",
        },
    )
    base = forms.IntegerField(min_value=0, max_value=2**31 - 1)
    on_top_of = forms.IntegerField(min_value=0, max_value=2**31 - 1, required=False)
    note = forms.CharField(max_length=LONGEST_NOTE, required=False)

    @property
    def chosen_base(self) -> int:
        """The revision that publishing may replace. Only for a valid form."""
        on_top_of: int | None = self.cleaned_data["on_top_of"]
        base: int = self.cleaned_data["base"]
        return base if on_top_of is None else on_top_of

    def sentences(self) -> list[str]:
        """What is wrong with the form, for people."""
        return [str(sentence) for sentences in self.errors.values() for sentence in sentences]


class RestoringForm(forms.Form):
    """An old revision is to be published again, in place of revision `base`."""

    base = forms.IntegerField(min_value=0, max_value=2**31 - 1)
