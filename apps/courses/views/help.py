"""*Writing chapters*: the help for those who write, made of the dialect itself, so that it says what is true."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ..access import EditorRequest, editors_only
from ..dialect import check, show_directives, show_roles, vocabulary
from ..dialect.compiling import LINES_PER_MINUTE, WORDS_PER_MINUTE
from ..dialect.expressions import CONSTANTS, FUNCTIONS
from ..dialect.plots import MOST_MARKS, MOST_ROWS, MOST_SLIDERS, MOST_STEPS
from ..dialect.projects import LIMITS

BROKEN = """---
title: A chapter that is not ready
level: Easy
summary: It has three mistakes.
updated: 2026-11-23
---

## Introduction {#introduction}

See [the picture](#picture).

::: callout careful kind="loud"
Listen!
:::
"""


@editors_only
@require_safe
def show(request: EditorRequest) -> HttpResponse:
    words = vocabulary()
    context = {
        "directives": show_directives(),
        "roles": show_roles(),
        "sections": words["sections"],
        "levels": words["levels"],
        "broken": BROKEN,
        "problems": [problem for problem in check(BROKEN, {}, "course/chapter") if "is missing" not in problem.message],
        "pace": {"words": WORDS_PER_MINUTE, "lines": LINES_PER_MINUTE},
        "functions": [*FUNCTIONS, *CONSTANTS],
        "plots": {"sliders": MOST_SLIDERS, "marks": MOST_MARKS, "rows": MOST_ROWS, "steps": MOST_STEPS},
        "limits": [(name, least, most, unit) for name, (least, most, unit) in LIMITS.items()],
    }
    return render(request, "editing/help.html", context)
