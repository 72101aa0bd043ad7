"""Builders: people with roles, charges and sanctions."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from apps.accounts.models import Role, User
from apps.accounts.roles import grant
from apps.conduct.charging import charge
from apps.courses.models import Course


def build_person(name: str, *roles: Role) -> User:
    """Somebody whose account is a month old; with fresh roles."""
    person = User.objects.create_user(f"{name.lower()}@example.org", None, name=name)
    User.objects.filter(pk=person.pk).update(date_joined=timezone.now() - timedelta(days=30))
    for role in roles:
        grant(actor=None, person=person, role=role)
    return reload(person)


def build_moderator(name: str, course: Course) -> User:
    person = build_person(name)
    charge(actor=None, person=person, course=course)
    return reload(person)


def reload(person: User) -> User:
    """As the next request sees them."""
    return User.objects.get(pk=person.pk)


def build_course(slug: str = "essentials") -> Course:
    return Course.objects.get_or_create(slug=slug, defaults={"title": slug.title()})[0]
