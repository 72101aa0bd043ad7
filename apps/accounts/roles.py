"""Roles are granted and withdrawn here; staff and superuser status follow the admin role, whoever changes the groups."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.signals import m2m_changed
from django.dispatch import receiver

from .access import is_admin
from .models import Role, User


@transaction.atomic
def grant(*, actor: User | None, person: User, role: Role) -> None:
    """Give somebody a role; giving it twice is no fault. `actor` is None on the console, else an admin."""
    require_admin(actor)
    person.groups.add(Group.objects.get_or_create(name=role)[0])


@transaction.atomic
def withdraw(*, actor: User | None, person: User, role: Role) -> None:
    """Take a role from somebody; taking what they do not have is no fault."""
    require_admin(actor)
    person.groups.remove(*Group.objects.filter(name=role))


def require_admin(actor: User | None) -> None:
    if actor is not None and not is_admin(actor):
        raise PermissionDenied("Only an admin may change roles.")


@receiver(m2m_changed, sender=User.groups.through)
def keep_admins_in_step(
    *, instance: User | Group, action: str, reverse: bool, pk_set: Collection[int] | None, **signal: Any
) -> None:
    """Django's admin asks for staff and superuser: both are true exactly for members of the admin group."""
    if not action.startswith("post_"):
        return
    people = User.objects.all()
    if isinstance(instance, User):
        people = people.filter(pk=instance.pk)
    elif pk_set is not None:
        people = people.filter(pk__in=pk_set)
    admins = User.groups.through.objects.filter(user=OuterRef("pk"), group__name=Role.ADMIN)
    people.update(is_staff=Exists(admins), is_superuser=Exists(admins))
    if isinstance(instance, User):
        forget_roles(instance)


def forget_roles(person: User) -> None:
    person.__dict__.pop("role_names", None)
    person.refresh_from_db(fields=["is_staff", "is_superuser"])
