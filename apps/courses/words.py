"""How texts of this field are taken apart into words, in Postgres: for everything that a search goes through."""

from __future__ import annotations

from django.db.models import Func, TextField


class Words(Func):
    """The words of a text with spaces between them: `nn.Linear` becomes `nn Linear`, `zero_grad` `zero grad`, and after
    `CrossEntropyLoss` stands `Cross Entropy Loss` as well. Decimal numbers stay whole.

    Postgres' own parser takes `nn.Linear` for the name of a computer and finds it neither by `nn` nor by `linear`. The
    function is made by migration 0011; `apps.search.query` takes apart what people ask for in the same way.
    """

    function = "kindling_words"
    output_field = TextField()
