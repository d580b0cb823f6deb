"""Where calendars fetch what is to leave."""

import secrets

from django.db import models
from django.db.models import Q

from accounts.fields import SealedTextField

SECRET_BYTES = 32


class CalendarFeed(models.Model):
    """The secret address of the calendar. Always row 1."""

    secret = SealedTextField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="there_is_one_calendar_feed")]

    def __str__(self) -> str:
        return "calendar address"

    @classmethod
    def load(cls) -> "CalendarFeed":
        feed = cls.objects.get_or_create(pk=1)[0]
        if not feed.secret:
            feed.rotate()
        return feed

    @classmethod
    def is_open_to(cls, secret: str) -> bool:
        """As long as nobody has looked at the address there is none."""
        feed = cls.objects.filter(pk=1).first()
        return feed is not None and secrets.compare_digest(secret.encode(), feed.secret.encode())

    def rotate(self) -> None:
        self.secret = secrets.token_urlsafe(SECRET_BYTES)
        self.save(update_fields=["secret"])
