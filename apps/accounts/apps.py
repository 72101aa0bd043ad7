from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "apps.accounts"

    def ready(self) -> None:
        from . import roles  # noqa: F401  (its receiver keeps staff status in step with the admin role)
