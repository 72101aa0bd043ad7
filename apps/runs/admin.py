"""Runs in the admin site, to look at: only the verbs of this app change them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.runs.models import Run

if TYPE_CHECKING:
    Admin = admin.ModelAdmin[Run]
else:
    Admin = admin.ModelAdmin  # generic for the type checker only


@admin.register(Run)
class RunAdmin(Admin):
    list_display = ("id", "user", "project", "state", "attempts", "created_at", "finished_at")
    list_filter = ("state",)
    search_fields = ("id", "user__email")
    list_select_related = ("user", "project__chapter__course")
    show_full_result_count = False
    # The one is its owner's alone, the other opens what was not shared with admins; the third no student's run has.
    exclude = ("note", "share_key", "errand")
    readonly_fields = tuple(
        field.name for field in Run._meta.fields if field.name not in ("note", "share_key", "errand")
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        return super().get_queryset(request).filter(errand__isnull=True)  # the site's own say nothing of students

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Run | None = None) -> bool:
        return False
