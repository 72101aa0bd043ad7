"""The reasons for which posts are flagged, in Django's admin, which keeps a history of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.http import HttpRequest

from .models import FlagReason

if TYPE_CHECKING:  # the stubs' classes are generic, Django's are not
    ReasonAdminBase = admin.ModelAdmin[FlagReason]
else:
    ReasonAdminBase = admin.ModelAdmin


@admin.register(FlagReason)
class ReasonAdmin(ReasonAdminBase):
    """One that is not wished any more is retired: flags that were given for it keep it."""

    list_display = ["label", "key", "needs_note", "weight", "position", "retired_at"]
    ordering = ["position"]

    def has_delete_permission(self, request: HttpRequest, obj: FlagReason | None = None) -> bool:
        return False
