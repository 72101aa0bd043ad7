"""Threads under a chapter and the posts in them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.courses.models import Chapter

MAX_BODY = 20_000
MAX_DEPTH = 8


class Thread(models.Model):
    """A question or a talk. Its first post is the one without a parent; `replies` and `active_at` are kept with it."""

    chapter = models.ForeignKey(Chapter, models.PROTECT, related_name="threads")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="threads")
    title = models.CharField(max_length=160)
    replies = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    active_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["chapter", "-created_at", "-id"])]

    def __str__(self) -> str:
        return self.title


class Post(models.Model):
    """One contribution. `path` is the parent's path plus the own id in 8 bytes, so that sorting by it walks the tree."""

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="posts")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="posts")
    client_token = models.UUIDField(default=uuid.uuid4, help_text="makes a repeated request the same post")
    body = models.TextField()
    html = models.TextField()
    path = models.BinaryField(default=b"")
    depth = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["thread", "path"]
        constraints = [
            models.UniqueConstraint(fields=["author", "client_token"], name="post_once_per_client_token"),
            models.CheckConstraint(condition=Q(depth__lte=MAX_DEPTH), name="post_depth_bounded"),
        ]
        indexes = [models.Index(fields=["thread", "path"])]

    def __str__(self) -> str:
        return f"{self.author} in {self.thread_id}"
