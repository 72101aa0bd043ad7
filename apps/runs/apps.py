from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "apps.runs"

    def ready(self) -> None:
        from apps.runs import closing  # noqa: F401  (its receivers end live streams at log-out)
