from django.apps import AppConfig


class VerificationConfig(AppConfig):
    name = "apps.verification"

    def ready(self) -> None:
        from apps.verification import advancing  # noqa: F401  (its receiver goes on when a run has ended)
