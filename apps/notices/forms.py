"""What somebody sends about their notices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from .models import USUAL_PACES, Kind, Pace, Wishes

MOST = 2**63 - 1  # what an id can be


class CursorForm(forms.Form):
    """Where a page begins, or up to where something was read."""

    before = forms.IntegerField(min_value=1, max_value=MOST, required=False)


class ZoneForm(forms.Form):
    """A time zone, by its name in the tz database."""

    zone = forms.RegexField(r"^[A-Za-z]+(/[A-Za-z0-9_+-]+){0,2}$", max_length=64)


class ReadingForm(forms.Form):
    up_to = forms.IntegerField(min_value=1, max_value=MOST)


@dataclass(frozen=True)
class Row:
    """What is asked of one kind: two fields, told apart from those of other kinds by their labels."""

    label: str
    pace: forms.BoundField
    shown: forms.BoundField


class WishesForm(forms.Form):
    """Two fields for each of `kinds`: `pace-reply`, when it is mailed, and `shown-reply`, whether the page shows it."""

    def __init__(self, *args: Any, kinds: Sequence[Kind], wishes: Wishes, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = kinds
        for kind in kinds:
            pace = wishes.paces.get(kind, USUAL_PACES[kind])
            self.fields[f"pace-{kind}"] = forms.ChoiceField(
                choices=Pace.choices, initial=pace, label="By mail", error_messages={"required": "Choose when."}
            )
            self.fields[f"shown-{kind}"] = forms.BooleanField(
                required=False, initial=kind not in wishes.unshown, label="In the page"
            )

    @property
    def rows(self) -> Iterator[Row]:
        return (Row(str(kind.label), self[f"pace-{kind}"], self[f"shown-{kind}"]) for kind in self.kinds)

    @property
    def paces(self) -> dict[Kind, Pace]:
        return {kind: Pace(self.cleaned_data[f"pace-{kind}"]) for kind in self.kinds}

    @property
    def unshown(self) -> list[Kind]:
        return [kind for kind in self.kinds if not self.cleaned_data[f"shown-{kind}"]]
