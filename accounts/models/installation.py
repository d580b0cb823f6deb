"""The one row that says who this Plaxe is and whether somebody has claimed it."""

import secrets
import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.urls import reverse

from plexclient.http import ClientIdentity


def _client_identifier() -> str:
    return f"plaxe-{uuid.uuid4()}"


def _setup_code() -> str:
    return secrets.token_urlsafe(18)


class Installation(models.Model):
    """Always row 1. The client identifier must never change: Plex takes another one for a new device."""

    client_identifier = models.CharField(max_length=80, default=_client_identifier, editable=False)
    setup_code = models.CharField(max_length=80, default=_setup_code, editable=False)
    worked_at = models.DateTimeField(
        null=True, editable=False, help_text="When clock and worker last did something together."
    )
    owner = models.OneToOneField(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="installation"
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="there_is_one_installation")]

    def __str__(self) -> str:
        return f"claimed by {self.owner}" if self.owner else "not claimed yet"

    @classmethod
    def load(cls) -> "Installation":
        return cls.objects.select_related("owner").get_or_create(pk=1)[0]

    @property
    def is_claimed(self) -> bool:
        return self.owner_id is not None

    def setup_path(self) -> str | None:
        """Where somebody can claim this installation; None as soon as somebody has."""
        return None if self.is_claimed else reverse("accounts:setup", args=[self.setup_code])

    def setup_url(self) -> str | None:
        path = self.setup_path()
        return f"{settings.PLAXE_URL.rstrip('/')}{path}" if path else None

    @classmethod
    def works(cls, now: datetime) -> None:
        cls.objects.filter(pk=1).update(worked_at=now)

    def claim(self, owner: models.Model) -> bool:
        """Make `owner` the admin, unless somebody was quicker."""
        return bool(Installation.objects.filter(pk=self.pk, owner=None).update(owner=owner))

    def identity(self) -> ClientIdentity:
        return ClientIdentity(self.client_identifier, settings.PLAXE_VERSION, "Plaxe")
