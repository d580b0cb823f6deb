"""Two kinds of people: those who sign in to Plaxe, and those who watch."""

from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.fields import SealedTextField

if TYPE_CHECKING:
    from accounts.models.servers import PlexServer


class User(AbstractUser):
    """Someone who signs in to Plaxe: the owner of the servers."""

    plex_id = models.BigIntegerField(unique=True, null=True, blank=True, editable=False)
    plex_token = SealedTextField(bound_to="plex_id")
    thumb = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return self.username


class PlexUserQuerySet(models.QuerySet["PlexUser"]):
    def on(self, server: "PlexServer") -> Self:
        """Everybody who may watch on this server, or once might."""
        return self.filter(access__server=server)

    def present(self) -> Self:
        """Everybody who may watch somewhere today."""
        return self.filter(access__isnull=False, access__gone_at=None).distinct()

    def identified(self, plex_id: str) -> Self:
        return self.filter(plex_id=int(plex_id)) if plex_id.isdecimal() and len(plex_id) < 19 else self.none()

    def named(self, who: str) -> Self:
        """By any of the names a person goes by."""
        return self.filter(Q(name__iexact=who) | Q(username__iexact=who) | Q(title__iexact=who))


class PlexUser(models.Model):
    """Someone who watches; "viewer" in the interface. One row a person, on however many servers."""

    class Kind(models.TextChoices):
        OWNER = "OWNER", _("Owner")
        HOME = "HOME", pgettext_lazy("a viewer", "Home")
        FRIEND = "FRIEND", _("Friend")

    plex_id = models.BigIntegerField(unique=True)
    uuid = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=6, choices=Kind)
    name = models.CharField(max_length=255, help_text="What the interface calls this person.")
    username = models.CharField(max_length=255, blank=True)
    title = models.CharField(max_length=255, blank=True)
    thumb = models.CharField(max_length=500, blank=True)
    is_restricted = models.BooleanField(default=False, help_text="A managed user of the Plex home.")
    is_protected = models.BooleanField(default=False, help_text="The account asks for a PIN.")
    pin = SealedTextField(bound_to="plex_id")
    is_pin_refused = models.BooleanField(default=False, help_text="Plex did not accept the stored PIN.")

    objects = PlexUserQuerySet.as_manager()

    class Meta:
        ordering = ["name", "plex_id"]
        verbose_name = "viewer"

    def __str__(self) -> str:
        return self.name

    @property
    def has_pin(self) -> bool:
        """Without opening it."""
        return bool(self.__dict__.get("pin"))

    def take_pin(self, pin: str) -> None:
        """Keep it, encrypted; an empty one forgets it."""
        self.pin, self.is_pin_refused = pin, False
        self.save(update_fields=["pin", "is_pin_refused"])

    def refuse_pin(self) -> None:
        """Plex said no. It is not tried again, lest Plex locks the account."""
        self.is_protected, self.is_pin_refused = True, self.has_pin
        self.save(update_fields=["is_protected", "is_pin_refused"])
