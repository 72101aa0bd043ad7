"""Whose search finds what: each kind's own rule for reading, and no other. A state that hides something is told there."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from apps.accounts.models import User
from apps.courses.models import Chapter, Course, Passage
from apps.courses.reading import list_passages, list_readable
from apps.discussions.access import list_public_posts
from apps.discussions.models import Post

from .models import Opening

Viewer = User | AnonymousUser


def list_chapters(viewer: Viewer, course: Course | None) -> QuerySet[Chapter]:
    chapters = list_readable()
    return chapters.filter(course=course) if course else chapters


def list_texts(viewer: Viewer, course: Course | None) -> QuerySet[Passage]:
    passages = list_passages()
    return passages.filter(chapter__course=course) if course else passages


def list_posts(viewer: Viewer, course: Course | None) -> QuerySet[Post]:
    posts = list_public_posts()
    return posts.filter(thread__chapter__course=course) if course else posts


def list_openings(viewer: Viewer, course: Course | None) -> QuerySet[Opening]:
    return Opening.objects.filter(post__in=list_posts(viewer, course))
