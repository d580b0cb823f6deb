from django.apps import AppConfig


class MediaConfig(AppConfig):
    name = "media"
    verbose_name = "Libraries and watching"

    def ready(self) -> None:
        from media import wake  # noqa: PLC0415 -- models are not loaded before

        wake.connect()
