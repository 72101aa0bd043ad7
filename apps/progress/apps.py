from django.apps import AppConfig


class ProgressConfig(AppConfig):
    name = "apps.progress"

    def ready(self) -> None:
        from . import carrying  # noqa: F401 - connects its receiver
