"""The same work on another server."""

from django.db import models


class Counterpart(models.Model):
    """What is seen of `other` counts for `item` too, where an assignment says that any server will do.

    Found by guid and external ids. Written by `media.counterparts` only, and only for what such an assignment
    leads to.
    """

    item = models.ForeignKey("media.MediaItem", models.CASCADE, related_name="counterparts")
    other = models.ForeignKey("media.MediaItem", models.CASCADE, related_name="counterpart_of")

    class Meta:
        constraints = [
            # serves complete(): the leaves elsewhere whose views count for this one
            models.UniqueConstraint(fields=["item", "other"], name="one_counterpart_per_item_and_other")
        ]

    def __str__(self) -> str:
        return f"{self.other} on {self.other.server}"
