"""Secrets at rest: AES-256-GCM, bound to the model, the row and the field that hold them.

A stored value reads ``<key id>:<base64 of nonce and ciphertext>``. Moving it to another row or field makes it
unreadable, so a copied token is of no use. Several keys can be read, the first of
``PLAXE_ENCRYPTION_KEYS`` writes: that is how keys rotate.
"""

import base64
import hashlib
import os
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from accounts.errors import Refused
from accounts.wording import sentence as _

NONCE_BYTES = 12

if TYPE_CHECKING:
    _TextField = models.TextField[str, str]
else:
    _TextField = models.TextField  # Django's fields are generic only for the type checker


class Unreadable(Refused):
    """A secret was written with a key that is not among ours, or it was moved or damaged."""


class Sealed(str):
    """Ciphertext on its way between the row and the model; never shown, never sent."""

    __slots__ = ()


def _keys() -> dict[str, bytes]:
    keys = [hashlib.sha256(text.encode()).digest() for text in settings.PLAXE_ENCRYPTION_KEYS]
    return {hashlib.sha256(key).hexdigest()[:8]: key for key in keys}


def seal(text: str, context: str) -> Sealed:
    key_id, key = next(iter(_keys().items()))
    nonce = os.urandom(NONCE_BYTES)
    box = nonce + AESGCM(key).encrypt(nonce, text.encode(), context.encode())
    return Sealed(f"{key_id}:{base64.b64encode(box).decode()}")


def unseal(sealed: str, context: str) -> str:
    key_id, _colon, encoded = sealed.partition(":")
    key = _keys().get(key_id)
    if key is None:
        words = _(
            "A stored secret was written with a key that PLAXE_ENCRYPTION_KEYS does not hold. Add it back."
        )
        raise Unreadable(words)
    try:
        box = base64.b64decode(encoded, validate=True)
        return AESGCM(key).decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], context.encode()).decode()
    except (InvalidTag, ValueError):
        raise Unreadable(_("A stored secret is damaged or was moved. Sign in with Plex again.")) from None


class SealedAttribute(DeferredAttribute):
    """Opens the value when it is first read, since only then the row it is bound to is known."""

    field: "SealedTextField"

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if isinstance(value, Sealed):
            value = instance.__dict__[self.field.attname] = self.field.open(value, instance)
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class SealedTextField(_TextField):
    """Text that is encrypted in the database and plain on the model.

    ``bound_to`` names the field that identifies the row for ever (a Plex id). Write it by assigning and
    ``save()``; ``update(token=...)`` is refused, since it would store plain text.
    """

    descriptor_class = SealedAttribute

    def __init__(self, *args: Any, bound_to: str = "pk", **kwargs: Any) -> None:
        self.bound_to = bound_to
        super().__init__(*args, **{"default": "", "blank": True, "editable": False, **kwargs})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "bound_to": self.bound_to}

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str:
        return Sealed(value) if value else ""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = model_instance.__dict__.get(self.attname, "")
        return value if isinstance(value, Sealed) or not value else seal(value, self.context(model_instance))

    def get_prep_value(self, value: Any) -> Any:
        if value and not isinstance(value, Sealed):
            raise TypeError(f"{self.name} is a secret: assign it to the object and save that")
        return super().get_prep_value(value)

    def open(self, sealed: str, instance: models.Model) -> str:
        return unseal(sealed, self.context(instance))

    def context(self, instance: models.Model) -> str:
        return f"{instance._meta.label_lower}.{self.name}:{getattr(instance, self.bound_to)}"
