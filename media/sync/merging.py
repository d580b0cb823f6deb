"""Make two rows of one title one.

The old row stays, with its assignments, watches and whatever else points at it; it takes over the new row's
key, place and files, and what has gathered at the new row meanwhile. From when views count never moves back:
a view that counted for neither row counts for none afterwards.
"""

import logging
from datetime import datetime

from django.db import IntegrityError, models, transaction

from media.models import EVER, Assignment, Exemption, MediaFile, MediaItem, TitleWord, Watch
from media.sync import words

logger = logging.getLogger(__name__)

# What the server says of a title, and where it is; the rest is ours and stays with the old row.
SAID = (
    "rating_key", "section_id", "parent_id", "show_id", "guid", "external_ids", "title", "original_title",
    "sort_title", "edition_title", "index", "parent_index", "year", "duration", "thumb", "size", "added_at",
    "updated_at", "aired_on",
)  # fmt: skip


def merge(old: MediaItem, new: MediaItem) -> None:
    """Within a transaction that has locked the server."""
    logger.info("%s had the key %s and has %s now", new, old.rating_key, new.rating_key)
    for name in SAID:
        setattr(old, name, getattr(new, name))
    old.copy_since = max(filter(None, (old.views_count_from, old.copy_since, new.copy_since)))
    old.views_count_from = old.earliest_view()
    old.keyed_at = new.keyed_at or new.first_seen_at
    old.gone_at = old.missing_since = None
    MediaFile.objects.filter(item=old).delete()
    TitleWord.objects.filter(item=new).delete()
    _drop_what_was_refused(old, new)
    _fold_watches(old, new)
    for relation in MediaItem._meta.related_objects:
        _move(relation, old, new)
    MediaItem.objects.filter(pk=new.pk).delete()
    old.save()
    words.reindex([old])


def _drop_what_was_refused(old: MediaItem, new: MediaItem) -> None:
    """The new row was given viewers on arrival of whom a person had said that they need not see the title."""
    refused = Exemption.objects.filter(item=old).values("viewer")
    Assignment.objects.filter(item=new, viewer__in=refused).exclude(order=None).delete()


def _fold_watches(old: MediaItem, new: MediaItem) -> None:
    """Of viewers of whom both rows know something."""
    known = {watch.viewer_id: watch for watch in Watch.objects.filter(item=old)}
    for watch in Watch.objects.filter(item=new, viewer__in=known):
        _fold(known[watch.viewer_id], watch)


def _fold(mine: Watch, theirs: Watch) -> None:
    """All views, and of what speaks against them the latest."""
    if theirs.first_viewed_at:
        mine.widen(theirs.first_viewed_at, theirs.source, theirs.learned_at)
    if theirs.last_viewed_at:
        mine.widen(
            theirs.last_viewed_at,
            theirs.source,
            theirs.learned_at,
            history_key=theirs.history_key,
            is_checked=theirs.is_checked,
        )
    if theirs.vouched_at and theirs.vouched_at > _latest(mine.vouched_at, mine.withdrawn_at):
        mine.vouch(theirs.vouched_at)
    if theirs.withdrawn_at and theirs.withdrawn_at > _latest(mine.last_viewed_at, mine.withdrawn_at):
        mine.withdraw(theirs.withdrawn_at, theirs.withdrawn_by)
    if theirs.offset_at and theirs.offset_at > _latest(mine.last_viewed_at, mine.offset_at):
        mine.pause(theirs.offset, theirs.offset_at)
    mine.is_listed |= theirs.is_listed
    mine.view_count = mine.view_count if theirs.view_count is None else theirs.view_count
    mine.save()


def _latest(*dates: datetime | None) -> datetime:
    return max(filter(None, dates), default=EVER)


def _move(relation: models.ForeignObjectRel, old: MediaItem, new: MediaItem) -> None:
    """All that points at the new row; where the old row has the same already, that stays."""
    name = relation.field.name
    theirs: models.QuerySet[models.Model] = models.QuerySet(relation.field.model).filter(**{name: new.pk})
    try:
        with transaction.atomic():
            theirs.update(**{name: old.pk})
    except IntegrityError:
        for pk in theirs.values_list("pk", flat=True):
            _move_one(theirs.filter(pk=pk), name, old)


def _move_one(row: models.QuerySet[models.Model], name: str, old: MediaItem) -> None:
    try:
        with transaction.atomic():
            row.update(**{name: old.pk})
    except IntegrityError:
        logger.info("%s is known of %s already", row.model._meta.verbose_name, old)
