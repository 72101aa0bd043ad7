from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "apps.runs"

    def ready(self) -> None:
        from apps.runs import closing, rooms  # noqa: F401  (their receivers end live streams at log-out, and tell news)
