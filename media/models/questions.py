"""What Plaxe cannot decide about a title: the owner answers, and nothing is carried over until he has."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import PlexServer
from media.models.library import MediaItem


class QuestionQuerySet(models.QuerySet["Question"]):
    def open(self) -> Self:
        return self.filter(answered_at=None)

    def whole(self) -> Self:
        return self.select_related("server", "old__show", "old__section", "new__show", "new__section")


class Question(models.Model):
    """Is this title, which the server now has under a key of its own, the one that has vanished?

    Yes makes them one, and the question vanishes; a no is kept, so that nobody is asked twice.
    """

    class Why(models.TextChoices):
        SEVERAL = "several", _("More than one title could be it.")
        DATED = "dated", _("It bears another date than before, as a new copy would.")
        FILE = "file", _("It has another file than before, as a new copy would.")
        UNMATCHED = "unnamed", _("No agent has matched it: only its file or its name is the same.")
        MOVED = "moved", _("Its key means another title by now. A full sync may answer this.")

    server = models.ForeignKey(PlexServer, models.CASCADE, related_name="questions")
    old = models.ForeignKey(MediaItem, models.CASCADE, related_name="questions_as_old")
    new = models.ForeignKey(MediaItem, models.CASCADE, related_name="questions_as_new")
    why = models.CharField(max_length=7, choices=Why)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["old", "new"], name="one_question_per_old_and_new"),
            models.CheckConstraint(condition=~models.Q(old=models.F("new")), name="a_question_is_about_two"),
        ]
        indexes = [
            # the dashboard: what is still to be answered
            models.Index(fields=["asked_at"], condition=models.Q(answered_at=None), name="question_open")
        ]
        ordering = ["asked_at", "pk"]

    def __str__(self) -> str:
        return f"Is {self.new} still the {self.old} of before?"
