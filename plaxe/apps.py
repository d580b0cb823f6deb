from django.apps import AppConfig
from django.contrib.admin import apps as admin

from plaxe.celery import app as celery_app

__all__ = ["PlaxeConfig", "celery_app"]


class PlaxeConfig(AppConfig):
    name = "plaxe"


class PlaxeAdminConfig(admin.AdminConfig):
    default = False  # it stands in for django.contrib.admin, not for plaxe
    default_site = "plaxe.admin.PlaxeAdmin"
