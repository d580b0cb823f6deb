"""The only door to the rules of the libraries' space."""

from datetime import datetime
from pathlib import PurePath

from django.db import transaction

from accounts.durations import size_text
from accounts.errors import Refused
from accounts.models import User
from accounts.wording import sentence as _
from accounts.wording import together, told
from deletions.models import AuditEntry, SpaceRule
from deletions.space import disks
from media.models import LibrarySection


def keep_free(
    section: LibrarySection, path: str, free_bytes: int, now: datetime, *, by: User | None = None
) -> SpaceRule:
    """Titles of the library go only while less than that is free on the disk of the folder."""
    if "\0" in path or not PurePath(path).is_absolute():
        raise Refused(_("Name the folder by its whole path, such as /media/films."))
    if not free_bytes:
        raise Refused(_("Say how much is to be free, such as 100GB. To keep no room, switch the rule off."))
    try:
        mount = disks.mount_of(path)
    except disks.Unknown as problem:
        advice = _("Mount it for Plaxe, or limit the library's own size.")
        raise Refused(together([told(problem), advice])) from None
    words = _(
        "Titles go only while less than %(size)s are free on the disk of %(path)s.",
        size=size_text(free_bytes),
        path=path,
    )
    return _set(section, words, now, by, path=path, mount=mount, free_bytes=free_bytes, limit_bytes=None)


def limit(section: LibrarySection, limit_bytes: int, now: datetime, *, by: User | None = None) -> SpaceRule:
    """Titles of the library go only while together they are larger than that."""
    words = _("Titles go only while the library is larger than %(size)s.", size=size_text(limit_bytes))
    return _set(section, words, now, by, path="", mount="", free_bytes=None, limit_bytes=limit_bytes)


@transaction.atomic
def switch_off(section: LibrarySection, now: datetime, *, by: User | None = None) -> bool:
    """From now on its titles go when their time has come. False when there was no rule."""
    removed, _kinds = SpaceRule.objects.filter(section=section).delete()
    if removed:
        words = _("Titles go when their time has come, whatever room there is.")
        _entry(section, words, now, by).save()
    return bool(removed)


@transaction.atomic
def _set(
    section: LibrarySection, words: str, now: datetime, by: User | None, **fields: str | int | None
) -> SpaceRule:
    rule, _is_new = SpaceRule.objects.update_or_create(section=section, defaults=fields)
    _entry(section, words, now, by).save()
    return rule


def _entry(section: LibrarySection, words: str, now: datetime, by: User | None) -> AuditEntry:
    return AuditEntry.concerning(
        section.server, AuditEntry.Verb.CHANGED, now, title=f"Space of {section}", text=words, by=by
    )
