from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class DeletionsConfig(AppConfig):
    name = "deletions"
    verbose_name = "Deletions"

    def ready(self) -> None:
        from deletions import append_only, wake  # noqa: PLC0415 -- models are not loaded before

        wake.connect()
        pre_migrate.connect(append_only.release, sender=self, dispatch_uid="deletions.append_only")
        post_migrate.connect(append_only.guard, sender=self, dispatch_uid="deletions.append_only")
