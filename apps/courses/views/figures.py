"""Files beside a draft. The text that stands in the page is sent along and kept, so that nothing of it is lost."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST, require_safe

from ..access import EditorRequest, editors_only, load_editable
from ..forms import UploadForm, WritingForm
from ..uploading import BadFigure, Upload, add_figure, remove_figure, rename_figure
from ..writing import Remark, Writing
from .answers import go_to, read_writing, show_writing, wants_json


@editors_only
@require_POST
def uploads(request: EditorRequest, course: str, chapter: str) -> HttpResponse:
    def add(writing: Writing) -> str:
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            raise BadFigure(*form.sentences())
        file = form.cleaned_data["file"]
        upload = Upload(file.name, file.read())
        return add_figure(chapter=writing.chapter, editor=request.user, upload=upload)

    return change_files(request, course, chapter, add, "{} is beside your draft. Readers see it once you publish.")


@editors_only
@require_POST
def renaming(request: EditorRequest, course: str, chapter: str) -> HttpResponse:
    """The text that names the file is changed with it."""

    def rename(writing: Writing) -> str:
        old = request.POST.get("renamed", "")
        new = request.POST.get(f"name-{old}", "")
        name = rename_figure(chapter=writing.chapter, editor=request.user, old=old, new=new)
        writing.source = writing.source.replace(f'src="{old}"', f'src="{name}"')
        writing.keep()
        return name

    return change_files(request, course, chapter, rename, "The file is called {} now, in your text, too.")


@editors_only
@require_POST
def removal(request: EditorRequest, course: str, chapter: str) -> HttpResponse:
    def remove(writing: Writing) -> str:
        name = request.POST.get("removed", "")
        remove_figure(chapter=writing.chapter, editor=request.user, name=name)
        return name

    return change_files(
        request, course, chapter, remove, "{} is gone from your draft. Delete its figure from the text, too."
    )


@editors_only
@require_safe
def files(request: EditorRequest, course: str, chapter: str) -> HttpResponse:
    """The list of files as it is now."""
    writing = Writing.begin(load_editable(course, chapter), request.user)
    return render(request, "editing/_files.html", {"writing": writing})


def change_files(
    request: EditorRequest, course: str, chapter: str, change: Callable[[Writing], str], happened: str
) -> HttpResponse:
    form, writing = read_writing(request, load_editable(course, chapter), WritingForm)
    if not form.is_valid():
        return refuse_files(request, writing, HTTPStatus.UNPROCESSABLE_ENTITY)
    if not writing.keep():
        return refuse_files(request, writing, HTTPStatus.CONFLICT)
    try:
        name = change(writing)
    except BadFigure as bad:
        writing.remarks = [Remark(0, reason) for reason in bad.reasons]
        return refuse_files(request, writing, HTTPStatus.UNPROCESSABLE_ENTITY)
    if wants_json(request):
        writing.draft = None  # its files have changed since
        listed = render_to_string("editing/_files.html", {"writing": writing}, request)
        return JsonResponse({"name": name, "version": str(writing.version), "files": listed})
    messages.success(request, happened.format(name))
    return go_to("edit", writing.chapter)


def refuse_files(request: EditorRequest, writing: Writing, status: HTTPStatus) -> HttpResponse:
    if wants_json(request):
        words = " ".join(remark.message for remark in writing.remarks)
        return JsonResponse({"error": words}, status=status)
    return show_writing(request, writing, status=status)
