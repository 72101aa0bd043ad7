"""People and their roles in Django's admin, which is entered through our own login."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from .models import User

if TYPE_CHECKING:  # the stubs' classes are generic, Django's are not
    UserAdminBase = admin.ModelAdmin[User]
    RoleAdminBase = admin.ModelAdmin[Group]
else:
    UserAdminBase = RoleAdminBase = admin.ModelAdmin

admin.site.site_header = admin.site.site_title = "Kindling"
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(UserAdminBase):
    """Roles are changed here; address and password belong to the person. An account is closed by suspending them, on the
    pages of moderators, so that it leaves a trace, says why and can be appealed against.
    """

    list_display = ["email", "name", "roles", "is_active", "date_joined", "last_login"]
    list_filter = ["groups", "is_active"]
    search_fields = ["email", "name"]
    ordering = ["-date_joined"]
    fields = ["email", "name", "groups", "is_active", "date_joined", "last_login"]
    readonly_fields = ["email", "is_active", "date_joined", "last_login"]
    filter_horizontal = ["groups"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        people = super().get_queryset(request).filter(service__isnull=True)
        return people.prefetch_related("groups")

    @admin.display(description="roles")
    def roles(self, person: User) -> str:
        return ", ".join(group.name for group in person.groups.all())

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # people sign up; the console has `create_person`

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False  # closing an account keeps what others answered; deletion is the person's own


@admin.register(Group)
class RoleAdmin(RoleAdminBase):
    """Roles are part of the program: they can be looked at, not made up."""

    list_display = ["name", "people"]
    fields = ["name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        return super().get_queryset(request).annotate(people=Count("user"))

    @admin.display(description="people")
    def people(self, role: Group) -> int:
        return int(role.people)  # type: ignore[attr-defined]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return False
