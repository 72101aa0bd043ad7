from django.apps import AppConfig


class KindlingConfig(AppConfig):
    name = "kindling"

    def ready(self) -> None:
        """Make the Celery app the one that sends this process's tasks, whichever command started it."""
        from kindling import celery  # noqa: F401
