"""How much room a library is to have: its titles go only while there is less."""

from django.db import models
from django.db.models import Q

from media.models import LibrarySection


class SpaceRule(models.Model):
    """Either so much is to be free on the disk of a path that Plaxe can see, or the library may become so
    large: the sum of its titles' sizes, as Plex says them."""

    section = models.OneToOneField(LibrarySection, models.CASCADE, related_name="space_rule")
    path = models.TextField(blank=True, help_text="A folder on the library's disk, as Plaxe sees it.")
    mount = models.TextField(
        blank=True, help_text="Where that disk was mounted when the rule was made; elsewhere it is another."
    )
    free_bytes = models.PositiveBigIntegerField(null=True, blank=True, help_text="So much is to be free.")
    limit_bytes = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="So large the library may become."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(~Q(path="") & Q(free_bytes__isnull=False, limit_bytes=None))
                | Q(path="", free_bytes=None, limit_bytes__isnull=False),
                name="a_space_rule_measures_one_thing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.section}: {self.path or 'its own size'}"
