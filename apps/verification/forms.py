"""What an editor sends to have a text tried."""

from __future__ import annotations

from django import forms

from apps.courses.dialect.source import SOURCE_BYTES


class TryingForm(forms.Form):
    """A text; without one, what the editor last kept. `everything` has tried again what passed before."""

    source = forms.CharField(
        strip=False,
        required=False,
        max_length=SOURCE_BYTES,
        error_messages={"max_length": f"The text is over {SOURCE_BYTES // 1000} kB: split it into two chapters."},
    )
    everything = forms.BooleanField(required=False)

    def sentences(self) -> list[str]:
        """What is wrong with the form, for people."""
        return [str(sentence) for sentences in self.errors.values() for sentence in sentences]
