"""Files are moved to a trash beside them instead of being deleted. Where they are now is the proof."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from accounts.wording import sentence as _
from accounts.wording import together, told
from deletions.models import AuditEntry, Deletion, Hold, Policy, Quarantined, QuarantinedFile, Status
from deletions.removal.checks import check
from deletions.removal.moving import Where, move, open_trash
from deletions.removal.places import Obstacle, Root, Spot, in_words, spot_of
from deletions.removal.refreshing import refresh
from deletions.removal.trashed import take_back, whereabouts
from deletions.removal.way import MOST_TRIES, Verdict
from plexclient.server import PlexMediaServer

DONE = _("Moved to the trash.")
BACK = _("Only a part had been moved to the trash. It is back in its place.")
STOPPED = _(
    "It could not be moved to the trash: again and again something has stopped Plaxe while it did so."
)
PLACES = {
    Where.IN_PLACE: _("%(file)s is still in its place."),
    Where.IN_TRASH: _("%(file)s is in the trash."),
    Where.IN_BOTH: _("%(file)s is in the trash, and another file is in its place."),
    Where.NOWHERE: _("%(file)s is neither in its place nor in the trash."),
    Where.UNSEEN: _("%(file)s is not to be seen. Is the disk mounted?"),
}
ARRIVED = {Where.IN_TRASH, Where.IN_BOTH}


def obstacle(deletion: Deletion) -> str:
    """Why its files cannot go to the trash; empty when they can."""
    try:
        for file, spot in _spots(deletion):
            check(spot, file["size"], spot.trashed_as(str(deletion.pk)))
    except Obstacle as found:
        return told(found)
    return ""


def _spots(deletion: Deletion) -> Iterator[tuple[dict[str, Any], Spot]]:
    """Of what goes, without what went with another title."""
    roots = [Root(*root) for root in settings.PLAXE_MEDIA_ROOTS]
    went = deletion.snapshot.get("went", [])
    return ((file, spot_of(file["path"], roots)) for file in deletion.files if file["path"] not in went)


class Quarantine:
    def __init__(
        self, deletion: Deletion, client: PlexMediaServer, intent: Quarantined | None = None
    ) -> None:
        self.deletion, self.client = deletion, client
        self._obstacle = ""
        self._intent = intent
        self._files = list(intent.files.all()) if intent else []

    def announce(self, now: datetime) -> None:
        files = [_file(self.deletion, *found) for found in _spots(self.deletion)]
        size = sum(file.size for file in files)
        self._intent = Quarantined.objects.create(deletion=self.deletion, intended_at=now, bytes=size)
        for file in files:
            file.quarantined = self._intent
        self._files = QuarantinedFile.objects.bulk_create(files)
        words = _("To %(folders)s.", folders=", ".join(sorted({file.root for file in files})))
        AuditEntry.about(self.deletion, AuditEntry.Verb.MOVING, now, text=words).save()

    def act(self) -> str:
        try:
            for file in self._files:
                _to_trash(file)
        except Obstacle as found:
            self._obstacle = told(found)
            return _("It was not moved to the trash: %(why)s", why=self._obstacle)
        return DONE

    def verdict(self) -> Verdict:
        return self._undone() if self._obstacle else self.found()

    def found(self) -> Verdict:
        seen = self._look()
        if seen <= ARRIVED:
            return self._done()
        if Where.UNSEEN in seen:
            words = _("Where its files are cannot be seen.")
            return Verdict(None, together([words, *self._places()]))
        if seen != {Where.IN_PLACE}:
            return self._undone()
        if self.deletion.deletes_sent >= MOST_TRIES:
            return Verdict(Status.FAILED, STOPPED)
        return Verdict(Status.SCHEDULED, _("Its files are in their places."))

    def late(self) -> Verdict:
        """An earlier claim has got further than was known when it was given up. SCHEDULED: it has not."""
        seen = self._look()
        if seen <= ARRIVED:
            return self._done()
        return self._undone() if seen & ARRIVED else Verdict(Status.SCHEDULED)

    def record(self, status: Status, now: datetime) -> None:
        """What is there only in part is listed, for a person to put it back, and never purged by itself."""
        if status == Status.DELETED:
            self._row.arrived(now, now + timedelta(days=Policy.load().trash_days))
            if self.deletion.item and not self.deletion.version:
                self.deletion.item.gone(now)
        elif self._look() & ARRIVED:
            self._row.arrived(now, None)

    @property
    def _row(self) -> Quarantined:
        if self._intent is None:
            raise TypeError("Nothing was announced")
        return self._intent

    def _look(self) -> set[Where]:
        return {whereabouts(file) for file in self._files}

    def _done(self) -> Verdict:
        if not self.deletion.answer:
            self.deletion.answered(DONE)
        trouble = refresh(self.client, self.deletion.item, [file.path for file in self._files])
        words = together([_("It takes its room until it is purged."), trouble])
        return Verdict(Status.DELETED, words, verb=AuditEntry.Verb.QUARANTINED)

    def _undone(self) -> Verdict:
        """All of it or nothing: what has moved is moved back."""
        for file in self._files:
            with suppress(Obstacle):
                take_back(file)
        if self._look() == {Where.IN_PLACE}:
            if not self._obstacle:
                return Verdict(Status.SCHEDULED, BACK)
            words = _("It cannot be moved to the trash: %(why)s", why=self._obstacle)
            return Verdict(Status.HELD, words, hold=Hold.QUARANTINE)
        words = _("Only a part was moved to the trash.")
        return Verdict(Status.FAILED, together([words, self._obstacle, *self._places()]))

    def _places(self) -> list[str]:
        return [_(PLACES[whereabouts(file)], file=file.path) for file in self._files]


def _file(deletion: Deletion, file: dict[str, Any], spot: Spot) -> QuarantinedFile:
    trashed = spot.trashed_as(str(deletion.pk))
    return QuarantinedFile(
        path=file["path"],
        size=file["size"] or 0,
        root=str(spot.root.folder),
        place=str(spot.place),
        trashed=str(trashed),
    )


def _to_trash(file: QuarantinedFile) -> None:
    root = Path(file.root)
    try:
        open_trash(Root("", root))
    except OSError as error:
        raise Obstacle(in_words(error, Path(file.place))) from None
    move(Path(file.place), Path(file.trashed), root)
    if whereabouts(file) not in ARRIVED:  # somebody was writing to it
        move(Path(file.trashed), Path(file.place), root)
        raise Obstacle(_("%(file)s changed while it was moved.", file=file.place))
