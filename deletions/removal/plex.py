"""Plex deletes: a whole title, or one version of it. A GET afterwards is the proof, never the answer."""

import logging
import time
from collections.abc import Callable
from datetime import datetime

from django.conf import settings

from deletions import moved
from deletions.models import AuditEntry, Deletion, Status
from deletions.removal.way import MOST_TRIES, Verdict
from media import sync
from plexclient.errors import NotFound, PlexError
from plexclient.server import PlexMediaServer
from plexclient.types import Metadata

logger = logging.getLogger(__name__)

ACCEPTED = 200  # with a body that means nothing; the proof decides

ADVICE = {
    400: "Plex could not delete the files. Is the disk mounted read-only, or do the permissions forbid it?",
    401: "Plex did not accept the token. Sign in with Plex again.",
    403: "Plex is not allowed to delete: Settings > Library > Allow media deletion.",
    429: "Plex was asked too often and did nothing. Try again later.",
}
UNPROVED = "Plex was asked to delete it, and whether it is gone is not known."
ALL_OF_IT = "Plex does not have this title any more, not only the chosen version less."


class WholeTitle:
    """`DELETE /library/metadata/{key}`: the entry and all of its files."""

    def __init__(self, deletion: Deletion, client: PlexMediaServer) -> None:
        self.deletion, self.client = deletion, client
        self._error: PlexError | None = None
        self._doubt = UNPROVED

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
        if gone:
            return self._gone(Status.GONE if isinstance(error, NotFound) else Status.DELETED)
        if gone is False and (error is None or error.status == ACCEPTED):
            return Verdict(Status.FAILED, "Plex said it was deleted, and it is still there.")
        if gone is False and error and error.status in ADVICE:
            return Verdict(Status.FAILED, ADVICE[error.status])
        return Verdict(None, f"{error} {UNPROVED}" if error else UNPROVED)

    def found(self) -> Verdict:
        deletion = self.deletion
        gone = self._is_gone_for_good()
        if gone:
            return self._gone(Status.DELETED if deletion.sent_at else Status.GONE)
        if gone is None:
            return Verdict(None, self._doubt)
        if deletion.answer or deletion.deletes_sent >= MOST_TRIES:
            words = f"Plex was asked to delete it and it is still there. {deletion.answer}".strip()
            return Verdict(Status.FAILED, words)
        return Verdict(Status.SCHEDULED, "It is still there.")

    def record(self, status: Status, now: datetime) -> None:
        if self.deletion.item and status != Status.FAILED:
            self.deletion.item.gone(now)

    def _words(self) -> str:
        return ""

    def _send(self) -> None:
        self.client.delete(self.deletion.rating_key)

    def _is_gone(self) -> bool | None:
        return is_gone(self.client, self.deletion.rating_key)

    def _is_gone_for_good(self) -> bool | None:
        """What Plex has under another key by now is still there, whatever the old key says."""
        if moved.new_key(self.deletion):
            return False
        try:
            return self._is_gone() and not self._is_elsewhere()
        except PlexError as error:
            self._doubt = f"Plex was asked to delete it. Whether it has it under another key now: {error}"
            return None

    def _is_elsewhere(self) -> bool:
        return bool(moved.key_on_server(self.client, self.deletion))

    def _gone(self, status: Status) -> Verdict:
        return Verdict(status, freed=self.deletion.bytes if status == Status.DELETED else 0)


class OneVersion(WholeTitle):
    """`DELETE /library/metadata/{key}/media/{id}`: the files of one version. The entry stays."""

    _rest: Metadata | None = None  # what the proof has shown; None when Plex has nothing left of the title

    def record(self, status: Status, now: datetime) -> None:
        item = self.deletion.item
        if self._rest is None:
            super().record(status, now)
        elif item and status != Status.FAILED:
            sync.store(item.server, item.section, [self._rest], now)

    def _words(self) -> str:
        return f"Only this version: {', '.join(file['path'] for file in self.deletion.files)}"

    def _send(self) -> None:
        self.client.delete_version(self.deletion.rating_key, self.deletion.version)

    def _is_gone(self) -> bool | None:
        def look() -> bool:
            self._rest = None
            self._rest = self.client.metadata(self.deletion.rating_key)
            return self.deletion.version not in {str(media.id) for media in self._rest.media}

        return _proved(look)

    def _is_elsewhere(self) -> bool:
        return self._rest is None and super()._is_elsewhere()

    def _gone(self, status: Status) -> Verdict:
        return super()._gone(status) if self._rest else Verdict(Status.GONE, ALL_OF_IT)


def is_gone(client: PlexMediaServer, rating_key: str) -> bool | None:
    """404 is gone, the title itself is still there, anything else is unknown (None)."""

    def look() -> bool:
        client.metadata(rating_key)
        return False

    return _proved(look)


def _proved(look: Callable[[], bool]) -> bool | None:
    gone: bool | None = None
    for wait in settings.PLAXE_PLEX_TIMING.proof_waits:
        time.sleep(wait)
        try:
            gone = look()
        except NotFound:
            gone = True
        except PlexError:
            gone = None
        if gone:
            return True
    return gone
