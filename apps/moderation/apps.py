from django.apps import AppConfig


class ModerationConfig(AppConfig):
    name = "apps.moderation"

    def ready(self) -> None:
        from . import queue  # noqa: F401  (its receiver puts held posts into the queue)
