"""What the owner answers when Plaxe cannot tell whether a title is the one of before."""

from datetime import datetime

from django.db import transaction

from accounts.errors import Refused
from accounts.models import User
from accounts.wording import sentence as _
from media.models import MediaItem, Question
from media.sync.rekeying import Pair, unite

__all__ = ["Refused", "about", "answer"]


def about(item: MediaItem) -> list[Question]:
    """Open ones, whichever of the two titles is looked at."""
    whole = Question.objects.open().whole()
    return [*whole.filter(old=item), *whole.filter(new=item)]


def answer(question: Question, now: datetime, *, same: bool, by: User | None = None) -> None:
    """The same: the old row takes over, and nothing more is asked about it. Not the same: they stay two."""
    if same:
        _accept(question)
    elif not Question.objects.open().filter(pk=question.pk).update(answered_at=now, answered_by=by):
        raise Refused(_("That question is answered already."))


def _accept(question: Question) -> None:
    with transaction.atomic():
        question.server.lock()
        asked = Question.objects.open().whole().filter(pk=question.pk).first()
        if asked is None:
            raise Refused(_("That question is answered already."))
        if asked.old.gone_at is None and not asked.old.missing_since:
            words = _("%(title)s is there again under its own key, so they are two titles.", title=asked.old)
            raise Refused(words)
        if not unite(Pair(asked.old, asked.new)):
            words = _("%(title)s is no longer on %(server)s.", title=asked.new, server=asked.server)
            raise Refused(words)
