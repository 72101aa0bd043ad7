"""What a chapter was: its revisions, what changed between them, and the way back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from ..access import EditorRequest, editors_only, list_revisions, load_editable, load_revision
from ..comparing import compare, compare_files
from ..forms import RestoringForm
from ..models import Chapter, Revision
from ..publishing import BadChapter, NeedsReview, StaleBase, publish
from ..writing import Writing
from .answers import go_to
from .writing import refuse


@editors_only
@require_safe
def history(request: EditorRequest, course: str, chapter: str) -> HttpResponse:
    loaded = load_editable(course, chapter)
    return render(request, "editing/history.html", {"chapter": loaded, "revisions": list_revisions(loaded)})


@editors_only
@require_safe
def comparison(request: EditorRequest, course: str, chapter: str) -> HttpResponse:
    """Two revisions side by side, the older one at the left; the newest two when none are named."""
    loaded = load_editable(course, chapter)
    newest = loaded.live.number if loaded.live else 0
    named = [read_number(request, name, usual) for name, usual in (("from", newest - 1), ("to", newest))]
    before, after = (load_revision(loaded, number) for number in sorted(named))
    context = {
        "chapter": loaded,
        "before": before,
        "after": after,
        "rows": compare(before.source, after.source),
        "files": compare_files(before.figures, after.figures),
    }
    return render(request, "editing/comparison.html", context)


@editors_only
@require_http_methods(["GET", "HEAD", "POST"])
def revision(request: EditorRequest, course: str, chapter: str, number: int) -> HttpResponse:
    loaded = load_editable(course, chapter)
    shown = load_revision(loaded, number)
    if request.method == "POST":
        return restore(request, loaded, shown)
    before = loaded.revisions.filter(number=number - 1).first()
    context = {
        "chapter": loaded,
        "revision": shown,
        "rows": compare(before.source if before else "", shown.source),
        "files": compare_files(before.figures if before else {}, shown.figures),
    }
    return render(request, "editing/revision.html", context)


def restore(request: EditorRequest, chapter: Chapter, old: Revision) -> HttpResponse:
    """The old text is published once more; its items come back, with what people have done in them."""
    form = RestoringForm(request.POST)
    base = form.cleaned_data["base"] if form.is_valid() else 0
    note = f"Restored revision {old.number}"
    try:
        published = publish(
            chapter=chapter, source=old.source, figures=old.figures, author=request.user, note=note, base=base
        )
    except (BadChapter, StaleBase, NeedsReview) as refusal:
        writing = Writing(chapter, request.user, old.source, base, note=note)
        return refuse(request, writing, refusal)
    messages.success(request, f"Revision {published.number} is live: it is revision {old.number} once more.")
    return go_to("edit", chapter)


def read_number(request: EditorRequest, name: str, usual: int) -> int:
    sent = request.GET.get(name, "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 9 else usual
