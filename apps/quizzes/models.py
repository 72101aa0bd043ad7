"""What people answered."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from apps.courses.models import Item


class Attempt(models.Model):
    """One answer to one question, kept for good; the question counts as mastered when any attempt was correct."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="attempts")
    item = models.ForeignKey(Item, models.PROTECT, related_name="attempts")
    choices = models.JSONField(help_text="ids of the choices taken")
    correct = models.BooleanField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["user", "item", "-created_at"])]

    def __str__(self) -> str:
        return f"{self.user} · {self.item.key} · {'right' if self.correct else 'wrong'}"
