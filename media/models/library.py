"""What exists on a server: items and files, as Plaxe last read them."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import PlexServer, PlexUser
from media.models import keeping
from media.models.assignments import Assignment
from media.models.completeness import ALL, ENOUGH_HAVE_SEEN, counting_views, judgement, unanswered
from media.models.sections import LibrarySection

LOST_KEY = "~"  # in no key of a server


class MediaItemQuerySet(models.QuerySet["MediaItem"]):
    def present(self) -> Self:
        return self.filter(gone_at=None)

    def leaves(self) -> Self:
        """Movies and episodes that are there: what is watched and what is deleted."""
        return self.present().filter(type__in=MediaItem.LEAVES)

    def covered(self) -> Self:
        """Leaves that wait for somebody, assigned at any level."""
        return self.leaves().filter(pk__in=Assignment.objects.required().leaves())

    def covered_for(self, viewer: PlexUser | Combinable) -> Self:
        assigned = Assignment.objects.required().filter(viewer=viewer)
        return self.leaves().filter(pk__in=assigned.leaves())

    def seen_by(self, viewer: PlexUser) -> Self:
        """Leaves this viewer has seen since they are there."""
        return self.filter(Exists(counting_views(OuterRef("pk"), viewer, OuterRef("views_count_from"))))

    def unseen_by(self, viewer: PlexUser) -> Self:
        return self.filter(~Exists(counting_views(OuterRef("pk"), viewer, OuterRef("views_count_from"))))

    def complete(self, quorum: int | None = None) -> Self:
        """Covered leaves that enough of those who must see them have seen: all, if not said otherwise.

        While the owner is asked whether it is a title of before, it is not known who must see it.
        With a quorum: as if that were enough everywhere.
        """
        in_question = MediaItem.objects.questioned().filter(pk=OuterRef("pk"))
        return self.covered().seen_by_enough(quorum).filter(~Exists(in_question))

    def questioned(self) -> Self:
        """Of which an open question asks whether it is a title of before."""
        return self.filter(questions_as_new__id__isnull=False, questions_as_new__answered_at=None)

    def waiting(self) -> Self:
        """Covered leaves that somebody still has to see."""
        return self.covered().seen_by_too_few()

    def waiting_for(self, viewer: PlexUser | Combinable) -> Self:
        """Leaves that this viewer still has to see: without him there are too few."""
        return self.covered_for(viewer).seen_by_too_few().filter(Exists(unanswered().filter(viewer=viewer)))

    def seen_by_enough(self, quorum: int | None = None) -> Self:
        return self.alias(**judgement(quorum)).filter(ENOUGH_HAVE_SEEN)

    def seen_by_too_few(self) -> Self:
        return self.alias(**judgement()).exclude(ENOUGH_HAVE_SEEN)

    def protected(self) -> Self:
        """Never deleted: somebody protects it, or a rule of its show or library keeps it."""
        return self.filter(keeping.protected() | keeping.kept(MediaItem.objects.leaves()))

    def unprotected(self) -> Self:
        return self.exclude(keeping.protected() | keeping.kept(MediaItem.objects.leaves()))

    def dispensable(self) -> Self:
        """Of these as many of each show as its rule can spare, those first that come first in the show."""
        spared: Self = keeping.to_spare(self, MediaItem.objects.leaves())
        return spared

    def in_order(self) -> Self:
        """As a shelf: movies and shows by title, a show's episodes by season and number."""
        return self.order_by(
            Coalesce("show__title", "title"), F("parent_index").asc(nulls_first=True),
            F("index").asc(nulls_first=True), "title", "pk",
        )  # fmt: skip


class MediaItem(models.Model):
    """A movie, show, season or episode. Its `rating_key` is unique on its server and not for ever."""

    class Type(models.TextChoices):
        MOVIE = "movie", _("Movie")
        SHOW = "show", pgettext_lazy("a title", "Show")
        SEASON = "season", _("Season")
        EPISODE = "episode", _("Episode")

    LEAVES = (Type.MOVIE, Type.EPISODE)

    server = models.ForeignKey(PlexServer, models.CASCADE, related_name="items")
    section = models.ForeignKey(LibrarySection, models.CASCADE, related_name="items")
    rating_key = models.CharField(max_length=64)
    type = models.CharField(max_length=8, choices=Type)
    parent = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="children",
        help_text="The season of an episode, the show of a season.",
    )  # fmt: skip
    show = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="descendants",
        help_text="The show of a season or an episode.",
    )  # fmt: skip
    guid = models.CharField(max_length=255, blank=True)
    external_ids = models.JSONField(default=dict, blank=True)
    title = models.CharField(max_length=1000, blank=True)
    original_title = models.CharField(max_length=1000, blank=True)
    sort_title = models.CharField(max_length=200, blank=True, help_text="Folded; what a shelf sorts by.")
    edition_title = models.CharField(max_length=255, blank=True)
    index = models.IntegerField(null=True, blank=True)
    parent_index = models.IntegerField(null=True, blank=True)
    year = models.IntegerField(null=True, blank=True)
    duration = models.BigIntegerField(null=True, blank=True, help_text="Milliseconds.")
    thumb = models.CharField(max_length=500, blank=True)
    size = models.BigIntegerField(default=0, help_text="Bytes of its files, optimised versions not counted.")
    added_at = models.DateTimeField(null=True, blank=True, help_text="As Plex says; it can be edited there.")
    updated_at = models.DateTimeField(null=True, blank=True, help_text="As Plex says.")
    first_seen_at = models.DateTimeField(help_text="When Plaxe first saw it.")
    views_count_from = models.DateTimeField(
        help_text="Only views after this count: Plex keeps those of an earlier copy."
    )
    aired_on = models.DateField(null=True, blank=True, help_text="When it was first shown, as Plex says.")
    quorum = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="So many must see it; 0 means all, none that the level above decides.",
    )
    copy_since = models.DateTimeField(
        null=True, blank=True, help_text="It had another key once; no view before this counts."
    )
    keyed_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="Since when it is known by its key, where it had another or the key was another's.",
    )
    gone_at = models.DateTimeField(null=True, blank=True)
    missing_since = models.DateTimeField(
        null=True, blank=True, help_text="Absent from a listing that was too short to believe."
    )

    objects = MediaItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["server", "rating_key"], name="one_item_per_server_and_rating_key"
            )
        ]
        indexes = [
            # the library pages and the full pass: what is there in this section, by kind
            models.Index(fields=["section", "type", "gone_at"], name="item_by_section_and_type"),
            # the same work on a server: one film in two libraries, a title added again
            models.Index(fields=["server", "guid"], name="item_by_guid"),
        ]
        verbose_name = "item"

    def __str__(self) -> str:
        return self.full_title

    @property
    def is_leaf(self) -> bool:
        return self.type in self.LEAVES

    @property
    def full_title(self) -> str:
        """`Show · S01E02 · Title`. Reads the show: select it along with the item."""
        if self.type == self.Type.SEASON:
            return f"{self.show.title if self.show else '?'} · {self.title or f'Season {self.index}'}"
        if self.type == self.Type.EPISODE:
            parts = [self.show.title if self.show else "?", self.code, self.title]
            return " · ".join(part for part in parts if part)
        edition = f" {{{self.edition_title}}}" if self.edition_title else ""
        return f"{self.title or 'Untitled'}{f' ({self.year})' if self.year else ''}{edition}"

    @property
    def code(self) -> str:
        """`S01E02`, as far as the numbers are known: date-based shows lack them."""
        season = "" if self.parent_index is None else f"S{self.parent_index:02}"
        return season + ("" if self.index is None else f"E{self.index:02}")

    @property
    def has_lost_key(self) -> bool:
        """Its key stands for another title by now, and the row's number was put behind it."""
        return LOST_KEY in self.rating_key

    def lose_key(self, now: datetime) -> None:
        self.rating_key = f"{self.rating_key}{LOST_KEY}{self.pk}"
        self.gone_at = self.gone_at or now
        self.missing_since = None

    def leaves(self) -> MediaItemQuerySet:
        """The leaves below it; a leaf is its own."""
        return MediaItem.objects.leaves().filter(Q(pk=self.pk) | Q(parent=self) | Q(show=self))

    def ancestors(self) -> list["MediaItem"]:
        return [item for item in (self.show, self.parent) if item is not None and item.pk != self.pk]

    def covering_assignments(self) -> models.QuerySet[Assignment]:
        """Assignments at any level that wait for this leaf."""
        levels = [pk for pk in (self.pk, self.parent_id, self.show_id) if pk]
        return Assignment.objects.filter(item__in=levels).select_related("viewer", "item")

    @property
    def needed(self) -> int:
        """How many must see it, or ALL: the nearest level that says anything decides."""
        said = [level.quorum for level in (self, self.parent, self.show) if level]
        return next((quorum for quorum in said if quorum is not None), ALL)

    def is_complete(self) -> bool:
        return MediaItem.objects.filter(pk=self.pk).complete().exists()

    def earliest_view(self) -> datetime:
        """When it was added; a date that lies behind our first look at it has been edited."""
        added_at = min(self.added_at or self.first_seen_at, self.first_seen_at)
        return max(added_at, self.copy_since or added_at)

    def gone(self, now: datetime) -> None:
        """It is no longer there, and neither is the season or show that it leaves empty."""
        MediaItem.objects.filter(pk=self.pk).update(gone_at=now, missing_since=None)
        for above in (self.parent, self.show):
            if above and not above.leaves().exists():
                MediaItem.objects.filter(pk=above.pk).update(gone_at=now, missing_since=None)


class MediaFile(models.Model):
    """A file of a leaf. Several leaves may share a path: one file holds two episodes."""

    server = models.ForeignKey(PlexServer, models.CASCADE)
    item = models.ForeignKey(MediaItem, models.CASCADE, related_name="files")
    media_id = models.CharField(max_length=64)
    part_id = models.CharField(max_length=64)
    path = models.TextField()
    size = models.BigIntegerField(null=True, help_text="Bytes; unknown when Plex does not say.")
    is_optimised = models.BooleanField(default=False, help_text="Made by Plex from another version.")
    resolution = models.CharField(max_length=16, blank=True, help_text="`1080`, `4k`, `sd`, as Plex says.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "media_id", "part_id"], name="one_file_per_part")
        ]
        indexes = [
            # which other leaves live in this file?
            models.Index(fields=["server", "path"], name="file_by_path"),
        ]
        verbose_name = "file"

    def __str__(self) -> str:
        return self.path
