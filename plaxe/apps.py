from django.apps import AppConfig

from plaxe.celery import app as celery_app

__all__ = ["PlaxeConfig", "celery_app"]


class PlaxeConfig(AppConfig):
    name = "plaxe"
