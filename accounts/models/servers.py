"""Plex Media Servers, and who may watch on them."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.fields import SealedTextField
from accounts.models.installation import Installation
from accounts.models.users import PlexUser, User
from accounts.wording import SentenceField
from plexclient.http import Timing
from plexclient.server import PlexMediaServer

# Inside a server's history and sessions the owner is account 1, whatever plex.tv calls him (HA /accounts).
OWNER_ACCOUNT_ID = 1
# So often it is asked as if nothing was the matter.
ASKED_ANYWAY = 3
FIRST_REST, LONGEST_REST = timedelta(minutes=5), timedelta(minutes=15)
# A stream of events that has been silent for longer is not there.
SIGN_OF_LIFE = timedelta(minutes=3)


class PlexServerQuerySet(models.QuerySet["PlexServer"]):
    def selected(self, pk: int | None) -> Self:
        """One server, or all of them when none is named; never one that is being removed."""
        return self.select_related("owner").filter(leaving_at=None, **{} if pk is None else {"pk": pk})

    def leaving(self) -> Self:
        return self.exclude(leaving_at=None)

    def awake(self, now: datetime) -> Self:
        """Without those that have not answered for so long that they are asked rarely."""
        return self.filter(Q(rests_until=None) | Q(rests_until__lte=now))


class PlexServer(models.Model):
    """One Plex Media Server. Everything that lives on it carries it."""

    machine_identifier = models.CharField(max_length=80, unique=True, editable=False)
    name = models.CharField(max_length=255)
    owner = models.ForeignKey(User, models.PROTECT, related_name="servers")
    url = models.URLField(max_length=500, help_text="Where Plaxe reaches the server.")
    token = SealedTextField(bound_to="machine_identifier")
    version = models.CharField(max_length=80, blank=True, editable=False)
    allows_deletion = models.BooleanField(
        default=False, editable=False, help_text="Plex: Settings > Library > Allow media deletion."
    )
    is_online = models.BooleanField(default=True, editable=False)
    last_seen_at = models.DateTimeField(null=True, editable=False)
    last_poll_at = models.DateTimeField(null=True, editable=False)
    last_error = SentenceField(blank=True, editable=False)
    failures = models.PositiveIntegerField(
        default=0, editable=False, help_text="How often in a row it did not answer."
    )
    rests_until = models.DateTimeField(
        null=True, editable=False, help_text="Until then the clock does not ask it; whoever names it does."
    )
    heard_at = models.DateTimeField(
        null=True, editable=False, help_text="Last sign of life on its stream of events."
    )
    sessions_at = models.DateTimeField(
        null=True, editable=False, help_text="When its sessions were last read."
    )
    stream_problem = models.TextField(blank=True, editable=False)
    damaged_at = models.DateTimeField(
        null=True, editable=False, help_text="When Plex said that its database is damaged."
    )
    leaving_at = models.DateTimeField(null=True, editable=False, help_text="Since when it is being removed.")
    restored_from = models.DateTimeField(
        null=True, editable=False, help_text="When the backup was made that this row is from."
    )
    added_at = models.DateTimeField(auto_now_add=True)
    viewers: "models.ManyToManyField[PlexUser, Access]" = models.ManyToManyField(
        PlexUser, through="Access", related_name="servers"
    )

    objects = PlexServerQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = "server"

    def __str__(self) -> str:
        return self.name

    def connect(self, *, timing: Timing | None = None) -> PlexMediaServer:
        """A client for this server; sends nothing."""
        identity = Installation.load().identity()
        return PlexMediaServer(self.url, identity, self.token, timing=timing or settings.PLAXE_PLEX_TIMING)

    def plex_id_of(self, account_id: int | None) -> int | None:
        """Who an account number of this server is at plex.tv; None for account 0, which is nobody we know."""
        if account_id == OWNER_ACCOUNT_ID:
            return self.owner.plex_id
        return account_id or None

    def lock(self) -> None:
        """Until the transaction ends nobody else writes this server's items and watches."""
        PlexServer.objects.select_for_update(no_key=True).values_list("pk").get(pk=self.pk)

    def reached(self, now: datetime) -> None:
        self._remember(is_online=True, last_seen_at=now, last_error="", failures=0, rests_until=None)

    def missed(self, error: str, *, is_online: bool = False) -> None:
        """Something went wrong; `is_online` when the server did answer, if not what was asked."""
        self._remember(is_online=is_online, last_error=error)

    def did_not_answer(self, error: str, now: datetime) -> None:
        """After some such answers it is asked ever more rarely, until it answers again."""
        self.missed(error)
        PlexServer.objects.filter(pk=self.pk).update(failures=F("failures") + 1)
        self.refresh_from_db(fields=["failures"])
        doublings = self.failures - ASKED_ANYWAY
        if doublings >= 0:
            self._remember(rests_until=now + min(FIRST_REST * 2 ** min(doublings, 10), LONGEST_REST))

    def polled(self, now: datetime) -> None:
        self._remember(last_poll_at=now)

    def heard(self, now: datetime) -> None:
        """Its stream of events is open. Written down now and then, however often it says something."""
        if self.heard_at is None or now - self.heard_at > SIGN_OF_LIFE / 3 or self.stream_problem:
            self._remember(heard_at=now, stream_problem="")

    def sessions_read(self, now: datetime) -> None:
        self._remember(sessions_at=now)

    def stream_ended(self, problem: str) -> None:
        self._remember(stream_problem=problem, heard_at=None)

    def is_live(self, now: datetime) -> bool:
        """It tells by itself what happens."""
        return self.heard_at is not None and now - self.heard_at <= SIGN_OF_LIFE

    def distrust(self, now: datetime) -> None:
        """Plex says that its database is damaged. Until the owner has looked at it nothing is deleted."""
        self._remember(damaged_at=now)

    def trust(self) -> bool:
        """The owner has; False when there was nothing to look at."""
        return bool(PlexServer.objects.filter(pk=self.pk, damaged_at__isnull=False).update(damaged_at=None))

    def leave(self, now: datetime) -> bool:
        """From now on nobody works on it but who removes it. False when somebody was quicker."""
        return bool(PlexServer.objects.filter(pk=self.pk, leaving_at=None).update(leaving_at=now))

    def _remember(self, **fields: object) -> None:
        for name, value in fields.items():
            setattr(self, name, value)
        PlexServer.objects.filter(pk=self.pk).update(**fields)


class Access(models.Model):
    """This viewer may watch on this server, or might until `gone_at`. Kept for ever: what he saw counts."""

    server = models.ForeignKey(PlexServer, models.CASCADE)
    viewer = models.ForeignKey(PlexUser, models.CASCADE)
    gone_at = models.DateTimeField(null=True, blank=True)
    state_read_at = models.DateTimeField(
        null=True, help_text="When what this viewer says he has seen was last read without a gap."
    )
    state_full_read_at = models.DateTimeField(null=True, help_text="When it was last read whole.")
    state_problem = models.TextField(blank=True, help_text="Why it could not be read, and what to do.")
    state_sections = models.JSONField(
        default=dict, help_text="For each library: how far and how much was read, and when all of it."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["server", "viewer"], name="one_access_per_server_and_viewer")
        ]
        verbose_name_plural = "access"

    def __str__(self) -> str:
        return f"{self.viewer} on {self.server}"
