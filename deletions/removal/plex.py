"""Plex deletes: a whole title, or one version of it. A GET afterwards is the proof, never the answer."""

import logging
import time
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from accounts.models import Job
from accounts.wording import sentence as _
from accounts.wording import together, told
from deletions import moved, snapshot
from deletions.models import AuditEntry, Deletion, Status
from deletions.removal.way import MOST_TRIES, Verdict
from media import sync
from plexclient.errors import NotFound, PlexError
from plexclient.server import PlexMediaServer
from plexclient.types import Metadata

logger = logging.getLogger(__name__)

ACCEPTED = 200  # with a body that means nothing; the proof decides

ADVICE = {
    400: _(
        "Plex could not delete the files. Is the disk mounted read-only, or do the permissions forbid it?"
    ),
    401: _("Plex did not accept the token. Sign in with Plex again."),
    403: _("Plex is not allowed to delete: Settings > Library > Allow media deletion."),
    429: _("Plex was asked too often and did nothing. Try again later."),
}
UNPROVED = _("Plex was asked to delete it, and whether it is gone is not known.")
UNNAMED = _(
    "Plex was asked to delete it. No agent has matched it, so only the next full sync of its library tells "
    "whether it is there under another key."
)
ALL_OF_IT = _("Plex does not have this title any more, not only the chosen version less.")


class WholeTitle:
    """`DELETE /library/metadata/{key}`: the entry and all of its files."""

    def __init__(self, deletion: Deletion, client: PlexMediaServer) -> None:
        self.deletion, self.client = deletion, client
        self._error: PlexError | None = None
        self._doubt = UNPROVED
        self._seen: Metadata | None = None  # of the title; none when Plex has nothing of it, or does not say
        self._is_anothers = False  # its key stands for another title

    def announce(self, now: datetime) -> None:
        AuditEntry.about(self.deletion, AuditEntry.Verb.SENT, now, text=self._words()).save()

    def act(self) -> str:
        try:
            self._send()
        except PlexError as error:
            self._error = error
            logger.warning("Deleting %s: %s", self.deletion.title, error)
        return str(self._error) if self._error else "200"

    def verdict(self) -> Verdict:
        gone, error = self._is_gone(), self._error
        if gone and error and not self._seen:  # nothing but one 404 says so
            gone = self._is_in_no_list()
        if gone:
            return self._gone(Status.GONE if isinstance(error, NotFound) else Status.DELETED)
        if gone is False and (error is None or error.status == ACCEPTED):
            return Verdict(Status.FAILED, _("Plex said it was deleted, and it is still there."))
        if gone is False and error and error.status in ADVICE:
            return Verdict(Status.FAILED, ADVICE[error.status])
        return Verdict(None, together([told(error), UNPROVED]) if error else UNPROVED)

    def found(self) -> Verdict:
        deletion = self.deletion
        gone = self._is_gone_for_good()
        if gone:
            return self._gone(Status.DELETED if deletion.sent_at else Status.GONE)
        if gone is None:
            return Verdict(None, self._doubt)
        if deletion.answer or deletion.deletes_sent >= MOST_TRIES:
            words = together([_("Plex was asked to delete it and it is still there."), deletion.answer])
            return Verdict(Status.FAILED, words)
        return Verdict(Status.SCHEDULED, _("It is still there."))

    def record(self, status: Status, now: datetime) -> None:
        if self.deletion.item and status != Status.FAILED:
            self.deletion.item.gone(now)

    def _words(self) -> str:
        return ""

    def _send(self) -> None:
        self.client.delete(self.deletion.rating_key)

    def _is_gone(self) -> bool | None:
        """404 is gone, the title itself is still there. All else is unknown (None), another title too."""
        gone: bool | None = None
        for wait in settings.PLAXE_PLEX_TIMING.proof_waits:
            time.sleep(wait)
            gone = self._look()
            if gone:
                return True
        return gone

    def _look(self) -> bool | None:
        self._seen, self._is_anothers = None, False
        try:
            row = self.client.metadata(moved.new_key(self.deletion) or self.deletion.rating_key)
        except NotFound:
            return True
        except PlexError:
            return None
        self._is_anothers = not snapshot.is_of(self.deletion.snapshot, row)
        self._seen = None if self._is_anothers else row
        return self._has_gone_from(self._seen) if self._seen else None

    def _has_gone_from(self, row: Metadata) -> bool:
        return False

    def _is_in_no_list(self) -> bool | None:
        try:
            return not moved.key_on_server(self.client, self.deletion)
        except PlexError:
            return None

    def _is_gone_for_good(self) -> bool | None:
        """What Plex has under another key by now is still there, whatever the old key says."""
        gone = self._is_gone()
        if self._seen or not (gone or self._is_anothers):
            return gone
        try:
            elsewhere = moved.is_elsewhere(self.client, self.deletion)
        except PlexError as error:
            self._doubt = _(
                "Plex was asked to delete it. Whether it has it under another key now: %(why)s",
                why=told(error),
            )
            return None
        if elsewhere is None:
            self._doubt = UNNAMED
            Job.of(self.deletion.server, Job.Kind.LIBRARIES).want(timezone.now(), full=True)
            return None
        return not elsewhere

    def _gone(self, status: Status) -> Verdict:
        return Verdict(status, freed=self.deletion.bytes if status == Status.DELETED else 0)


class OneVersion(WholeTitle):
    """`DELETE /library/metadata/{key}/media/{id}`: the files of one version. The entry stays."""

    def record(self, status: Status, now: datetime) -> None:
        item = self.deletion.item
        if self._seen is None:
            super().record(status, now)
        elif item and status != Status.FAILED:
            sync.store(item.server, item.section, [self._seen], now)

    def _words(self) -> str:
        files = ", ".join(file["path"] for file in self.deletion.files)
        return _("Only this version: %(files)s", files=files)

    def _send(self) -> None:
        self.client.delete_version(self.deletion.rating_key, self.deletion.version)

    def _has_gone_from(self, row: Metadata) -> bool:
        return self.deletion.version not in {str(media.id) for media in row.media}

    def _gone(self, status: Status) -> Verdict:
        return super()._gone(status) if self._seen else Verdict(Status.GONE, ALL_OF_IT)
