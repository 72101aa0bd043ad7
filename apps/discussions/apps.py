from django.apps import AppConfig


class DiscussionsConfig(AppConfig):
    name = "apps.discussions"

    def ready(self) -> None:
        from . import standing  # noqa: F401  (says which posts may still be told)
