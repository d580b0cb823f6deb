"""Who must see what before it may go."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import PlexServer, PlexUser

if TYPE_CHECKING:
    from media.models.library import MediaItem

EVER = datetime(1970, 1, 1, tzinfo=UTC)


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def required(self) -> Self:
        """Those that are waited for."""
        return self.filter(is_optional=False)

    def leaves(self) -> models.QuerySet[Any, Any]:
        """The keys of what they lead to: the items themselves, and whatever is below them."""
        own, children, descendants = (
            self.filter(**{f"{path}__isnull": False}).values(leaf=F(path)).order_by()
            for path in ("item", "item__children", "item__descendants")
        )
        return own.union(children, descendants, all=True)


class Assignment(models.Model):
    """This viewer must see this item: a leaf, or all of a season or a show, present and future."""

    server = models.ForeignKey(PlexServer, models.CASCADE, related_name="assignments")
    item = models.ForeignKey("media.MediaItem", models.CASCADE, related_name="assignments")
    viewer = models.ForeignKey(PlexUser, models.CASCADE, related_name="assignments")
    is_optional = models.BooleanField(default=False, help_text="Told about it, and not waited for.")
    views_count_from = models.DateTimeField(
        default=EVER, help_text="Only views after this count: since ever, or since the assignment."
    )
    assigned_at = models.DateTimeField(auto_now_add=True)
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    on_any_server = models.BooleanField(
        default=False, help_text="What is seen of the same title on another server counts too."
    )
    follows = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="followers",
        help_text="The assignment to the same title on another server that gave it.",
    )  # fmt: skip
    order = models.ForeignKey(
        "media.StandingOrder", models.SET_NULL, null=True, blank=True, related_name="assignments",
        help_text="What gave it; nothing when a person did.",
    )  # fmt: skip

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            # serves complete(): the assignments of an item, and whose they are
            models.UniqueConstraint(fields=["item", "viewer"], name="one_assignment_per_item_and_viewer")
        ]

    def __str__(self) -> str:
        return f"{self.viewer} {'may' if self.is_optional else 'must'} see {self.item}"

    @property
    def counts_earlier(self) -> bool:
        """Also what was seen before the assignment."""
        return self.views_count_from == EVER

    def count_views_from(self, item: "MediaItem") -> datetime:
        """From when on a view of this leaf answers it."""
        return max(self.views_count_from, item.views_count_from)


class StandingOrder(models.Model):
    """Assignments that follow what happens: everyone who may watch must see this item, or this viewer, or
    everyone, must see what arrives in this section. No viewer means everyone."""

    server = models.ForeignKey(PlexServer, models.CASCADE, related_name="orders")
    item = models.ForeignKey(
        "media.MediaItem", models.CASCADE, null=True, blank=True, related_name="orders"
    )  # fmt: skip
    section = models.ForeignKey(
        "media.LibrarySection", models.CASCADE, null=True, blank=True, related_name="orders"
    )  # fmt: skip
    viewer = models.ForeignKey(PlexUser, models.CASCADE, null=True, blank=True, related_name="orders")
    is_optional = models.BooleanField(default=False, help_text="Told about it, and not waited for.")
    counts_earlier = models.BooleanField(default=True, help_text="Also what was seen before the assignment.")
    on_any_server = models.BooleanField(
        default=False, help_text="What is seen of the same title on another server counts too."
    )
    since = models.DateTimeField(
        null=True, help_text="What a section had by then has not arrived; none while it was never read whole."
    )
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(item=None, section__isnull=False)
                | Q(item__isnull=False, section=None, viewer=None),
                name="order_is_about_a_section_or_everyone_and_an_item",
            ),
            models.UniqueConstraint(fields=["item"], name="one_order_per_item"),
            models.UniqueConstraint(fields=["section", "viewer"], name="one_order_per_section_and_viewer"),
            models.UniqueConstraint(
                fields=["section"], condition=Q(viewer=None), name="one_order_per_section_for_everyone"
            ),
        ]

    def __str__(self) -> str:
        what = self.item or f"what arrives in {self.section}"
        return f"{self.viewer or 'Everyone'} {'may' if self.is_optional else 'must'} see {what}"


class Exemption(models.Model):
    """A person has said that this viewer need not see this item: no standing order says otherwise."""

    item = models.ForeignKey("media.MediaItem", models.CASCADE, related_name="exemptions")
    viewer = models.ForeignKey(PlexUser, models.CASCADE, related_name="exemptions")
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "viewer"], name="one_exemption_per_item_and_viewer")
        ]

    def __str__(self) -> str:
        return f"{self.viewer} need not see {self.item}"
