"""Who must see what before it may go."""

from django.conf import settings
from django.db import models

from accounts.models import PlexServer, PlexUser


class Assignment(models.Model):
    """This viewer must see this item: a leaf, or all of a season or a show, present and future."""

    server = models.ForeignKey(PlexServer, models.CASCADE, related_name="assignments")
    item = models.ForeignKey("media.MediaItem", models.CASCADE, related_name="assignments")
    viewer = models.ForeignKey(PlexUser, models.CASCADE, related_name="assignments")
    assigned_at = models.DateTimeField(auto_now_add=True)
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)

    class Meta:
        constraints = [
            # serves complete(): the assignments of an item, and whose they are
            models.UniqueConstraint(fields=["item", "viewer"], name="one_assignment_per_item_and_viewer")
        ]

    def __str__(self) -> str:
        return f"{self.viewer} must see {self.item}"
