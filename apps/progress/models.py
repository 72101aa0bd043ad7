"""How far each student has come."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from apps.courses.models import Chapter, Item


class SectionRead(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="sections_read")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")
    read_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["read_at", "id"]
        constraints = [models.UniqueConstraint(fields=["user", "item"], name="section_read_once")]

    def __str__(self) -> str:
        return f"{self.user} read {self.item.key}"


class Place(models.Model):
    """The section at which a student left a chapter."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="places")
    chapter = models.ForeignKey(Chapter, models.CASCADE, related_name="+")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-updated_at", "id"]
        constraints = [models.UniqueConstraint(fields=["user", "chapter"], name="one_place_per_chapter")]

    def __str__(self) -> str:
        return f"{self.user} is at {self.item.key}"


class Finish(models.Model):
    """A student finished a chapter: everything it asked for was there at that moment."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="finishes")
    chapter = models.ForeignKey(Chapter, models.PROTECT, related_name="finishes")
    finished_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["finished_at", "id"]
        verbose_name_plural = "finishes"
        constraints = [models.UniqueConstraint(fields=["user", "chapter"], name="finished_once")]

    def __str__(self) -> str:
        return f"{self.user} finished {self.chapter}"
