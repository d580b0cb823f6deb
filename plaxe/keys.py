"""The keys that secrets are encrypted with, and how they change."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models, transaction

from accounts.errors import Refused
from accounts.fields import SealedTextField
from plaxe import data_folder

FILE = "encryption_keys"


def rotate() -> dict[str, Any]:
    """How many secrets were encrypted anew, and whether a key was made for that.

    Raises Refused, or ImproperlyConfigured while Plaxe runs, which would go on with the old keys.
    """
    with data_folder.only_one(settings.PLAXE_DATA_DIR):
        is_ours = _choose_key()
        return {"secrets": _seal_anew(), "made_key": is_ours}


def _choose_key() -> bool:
    """Make one where the keys are kept in the data folder; those of the environment are the admin's."""
    keys = settings.PLAXE_ENCRYPTION_KEYS
    if not settings.PLAXE_KEYS_FROM_ENVIRONMENT:
        keys = [data_folder.new_encryption_key(), *keys]
        data_folder.replace(settings.PLAXE_DATA_DIR / FILE, "\n".join(keys))  # before anything needs it
        settings.PLAXE_ENCRYPTION_KEYS = keys
    elif len(keys) < 2:
        raise Refused("Put a new key before the old one in PLAXE_ENCRYPTION_KEYS.")
    return not settings.PLAXE_KEYS_FROM_ENVIRONMENT


def _seal_anew() -> int:
    with transaction.atomic():
        return sum(_of(model, field) for model, field in _sealed())


def _sealed() -> list[tuple[type[models.Model], SealedTextField]]:
    return [
        (model, field)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, SealedTextField)
    ]


def _of(model: type[models.Model], field: SealedTextField) -> int:
    rows = model._base_manager.exclude(**{field.attname: ""}).select_for_update()
    for row in rows:
        setattr(row, field.attname, getattr(row, field.attname))  # opened, so that it is closed anew
        row.save(update_fields=[field.attname])
    return len(rows)
