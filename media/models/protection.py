"""What is never deleted: because somebody says so, or because a rule of a show or a library keeps it."""

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import PlexUser
from accounts.wording import counted as ngettext
from accounts.wording import say, together
from accounts.wording import sentence as _

if TYPE_CHECKING:
    from media.models.library import MediaItem
    from media.models.sections import LibrarySection


class Protection(models.Model):
    """Never deleted: this title with all that is and will be below it, this library, or whatever is assigned
    to this viewer. Written by `media.protecting` only."""

    item = models.ForeignKey(
        "media.MediaItem", models.CASCADE, null=True, blank=True, related_name="protections"
    )
    section = models.ForeignKey(
        "media.LibrarySection", models.CASCADE, null=True, blank=True, related_name="protections"
    )
    viewer = models.ForeignKey(PlexUser, models.CASCADE, null=True, blank=True, related_name="protections")
    protected_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    by_name = models.CharField(max_length=255, blank=True, help_text="Empty when no person is on record.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(item__isnull=False, section=None, viewer=None)
                | Q(item=None, section__isnull=False, viewer=None)
                | Q(item=None, section=None, viewer__isnull=False),
                name="a_protection_is_of_one_thing",
            ),
            models.UniqueConstraint(fields=["item"], name="one_protection_per_item"),
            models.UniqueConstraint(fields=["section"], name="one_protection_per_section"),
            models.UniqueConstraint(fields=["viewer"], name="one_protection_per_viewer"),
        ]
        ordering = ["-protected_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.target} is protected"

    @property
    def target(self) -> "MediaItem | LibrarySection | PlexUser":
        target = self.item or self.section or self.viewer
        assert target is not None  # noqa: S101 -- a constraint says so
        return target


@dataclass(frozen=True)
class Rule:
    """None: as the library says; of a library, nothing. 0 and False: nothing, whatever the library says."""

    newest: int | None = None
    first_season: bool | None = None
    at_least: int | None = None

    def __bool__(self) -> bool:
        return self != Rule()

    def __str__(self) -> str:
        return say(self.words)

    @property
    def words(self) -> str:
        """`the 3 newest episodes, the first season, never fewer than 5`."""
        words = []
        if self.newest is not None:
            words.append(ngettext("the newest episode", "the %(n)s newest episodes", self.newest))
        if self.first_season is not None:
            words.append(_("the first season") if self.first_season else _("no first season"))
        if self.at_least is not None:
            words.append(_("never fewer than %(least)s", least=self.at_least))
        return together(words, ", ") or _("nothing by rule")

    def over(self, library: "Rule") -> "Rule":
        """What holds for a show that says this in a library that says that."""
        said = {name: value for name, value in asdict(self).items() if value is not None}
        return replace(library, **said)


class KeepRule(models.Model):
    """What a show keeps, or every show of a library. A show's word wins, field by field: where it says
    nothing its library's holds, and 0 or no means that nothing is kept whatever the library says.

    Written by `media.keeping` only.
    """

    item = models.ForeignKey(
        "media.MediaItem", models.CASCADE, null=True, blank=True, related_name="keep_rules"
    )
    section = models.ForeignKey(
        "media.LibrarySection", models.CASCADE, null=True, blank=True, related_name="keep_rules"
    )
    keep_newest = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="So many of the newest episodes stay."
    )
    keep_first_season = models.BooleanField(
        null=True, blank=True, help_text="Season 1 stays; specials are season 0."
    )
    keep_at_least = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Never fewer episodes than so many stay."
    )
    changed_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    by_name = models.CharField(max_length=255, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(item__isnull=False, section=None) | Q(item=None, section__isnull=False),
                name="a_keep_rule_is_of_a_show_or_a_section",
            ),
            models.CheckConstraint(
                condition=Q(keep_newest__isnull=False)
                | Q(keep_first_season__isnull=False)
                | Q(keep_at_least__isnull=False),
                name="a_keep_rule_says_something",
            ),
            models.UniqueConstraint(fields=["item"], name="one_keep_rule_per_show"),
            models.UniqueConstraint(fields=["section"], name="one_keep_rule_per_section"),
        ]

    def __str__(self) -> str:
        return f"What {self.item or self.section} keeps"

    @property
    def rule(self) -> Rule:
        return Rule(self.keep_newest, self.keep_first_season, self.keep_at_least)
