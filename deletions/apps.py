from django.apps import AppConfig


class DeletionsConfig(AppConfig):
    name = "deletions"
    verbose_name = "Deletions"

    def ready(self) -> None:
        from deletions import wake  # noqa: PLC0415 -- models are not loaded before

        wake.connect()
