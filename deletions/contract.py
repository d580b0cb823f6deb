"""The laws at the trigger: a fresh look at the server must say again that this very title may go.

Each law is one function. It answers None, or the objection that holds the deletion.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.conf import settings

from accounts.tokens import ViewerTokens
from deletions import alarms, queue, witnesses
from deletions.models import Deletion, Hold, Status
from media import sync
from media.models import MediaFile, MediaItem
from plexclient.errors import NotFound
from plexclient.server import PlexMediaServer
from plexclient.types import Media, Metadata, Part, Root, Session


class Vanished(Exception):  # noqa: N818 -- good news, not an error
    """The server, proved to be the right one, says that the title is not there."""


@dataclass(frozen=True)
class Objection:
    hold: Hold
    text: str


class Facts:
    """What the server says about one deletion at this moment. Read when first asked for, then kept."""

    def __init__(self, client: PlexMediaServer, deletion: Deletion, tokens: ViewerTokens) -> None:
        self.client, self.tokens = client, tokens
        self.rating_key = deletion.rating_key

    @cached_property
    def root(self) -> Root:
        return self.client.root()

    @cached_property
    def sessions(self) -> list[Session]:
        return self.client.sessions()

    @cached_property
    def metadata(self) -> Metadata:
        try:
            return self.client.metadata(self.rating_key, check_files=True)
        except NotFound:
            raise Vanished from None

    @cached_property
    def versions(self) -> list[Media]:
        return [media for media in self.metadata.media if not media.is_optimised]

    @cached_property
    def parts(self) -> list[Part]:
        return [part for version in self.versions for part in version.parts]

    @cached_property
    def lost(self) -> list[str]:
        """Files that are in Plex and not on the disk."""
        return [part.file for part in self.parts if part.exists is False or part.accessible is False]


Law = Callable[[Deletion, Facts, datetime], Objection | None]


def objection(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    """The first law that is broken. Raises Vanished, and PlexError when the server cannot be read."""
    return _first(LAWS, deletion, facts, now)


def _first(laws: tuple[Law, ...], deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    return next((found for law in laws if (found := law(deletion, facts, now))), None)


def same_key(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    """Before anything is asked under its key: by now that may be another title's, or nobody's."""
    key = new_key(deletion)
    if not key:
        return None
    return Objection(Hold.REKEYED, f"Its key in Plex was {deletion.rating_key} when queued and is {key} now.")


def new_key(deletion: Deletion) -> str:
    """The key under which the title is there now, if that is another than the queued one."""
    there = MediaItem.objects.present().filter(deletions=deletion.pk).exclude(rating_key=deletion.rating_key)
    return there.values_list("rating_key", flat=True).first() or ""


def same_server(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    if facts.root.machine_identifier == deletion.snapshot["machine_identifier"]:
        return None
    return Objection(Hold.WRONG_SERVER, f"Another server answers at the address of {deletion.server}.")


def deletion_allowed(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    if facts.root.allows_deletion:
        return None
    return Objection(
        Hold.DELETION_OFF,
        "Plex does not allow deletion. Switch it on in Plex: Settings > Library > Allow media deletion.",
    )


def nobody_is_playing(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    mine = {key for key in _family(deletion) if key}
    for session in facts.sessions:
        if not session.rating_key and session.type in ("", *MediaItem.LEAVES):
            return Objection(Hold.PLAYING, "Somebody is playing something that Plex does not name.")
        if mine & {session.rating_key, session.parent_rating_key, session.grandparent_rating_key}:
            who = session.user_title or "Somebody"
            return Objection(Hold.PLAYING, f"{who} is playing {session.title or 'it'}.")
    return None


def _family(deletion: Deletion) -> list[str | None]:
    """The keys of the title, its season and its show."""
    item = deletion.item
    above = [up.rating_key for up in (item.parent, item.show) if up] if item else []
    return [deletion.rating_key, *above]


def same_title(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    for name, then, today in (
        ("type", deletion.snapshot["type"], facts.metadata.type),
        ("guid", deletion.snapshot["guid"], facts.metadata.guid),
    ):
        if then != today:
            return Objection(
                Hold.CHANGED, f"Its {name} was {then or 'empty'} when queued and is {today or 'empty'} now."
            )
    return None


def same_files(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    if not facts.parts or not all(part.file for part in facts.parts):
        return Objection(Hold.UNREADABLE, "Plex does not say which files it has.")
    then = {file["path"]: file["size"] for file in deletion.snapshot["files"]}
    today = {part.file: part.size for part in facts.parts}
    if difference := _difference(then, today):
        return Objection(Hold.CHANGED, difference)
    if facts.lost and not deletion.snapshot.get("file_went_with"):
        return Objection(Hold.CHANGED, f"Plex cannot reach the file {facts.lost[0]}. Is the disk mounted?")
    return None


def _difference(then: dict[str, int | None], today: dict[str, int | None]) -> str:
    for path in sorted(then.keys() | today.keys()):
        if path not in then:
            return f"The file {path} was not there when it was queued."
        if path not in today:
            return f"The file {path} was there when it was queued and is not now."
        if then[path] != today[path]:
            return f"The file {path} had {then[path]} bytes when it was queued and has {today[path]} now."
    return ""


def one_version(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    if len(facts.versions) == 1 or Hold.VERSIONS in deletion.accepted:
        return None
    return Objection(
        Hold.VERSIONS, f"It has {len(facts.versions)} versions. Approve to delete all of them, or cancel."
    )


def not_kept(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    labels = {label.casefold() for label in facts.metadata.labels}
    if settings.PLAXE_KEEP_LABEL and settings.PLAXE_KEEP_LABEL.casefold() in labels:
        return Objection(Hold.KEPT, f"It carries the label {settings.PLAXE_KEEP_LABEL} in Plex.")
    return None


def complete(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    """Covered, seen by all who cover it, and seen after it was added: as Plex says today when that was."""
    item = deletion.item
    if item is None:
        return Objection(Hold.CHANGED, "Plaxe no longer knows this title. Sync the libraries.")
    sync.store(item.server, item.section, [facts.metadata], now)
    if item.is_complete() or witnesses.is_half_way(item):  # whoever is half-way is asked where he is by now
        return None
    return Objection(*queue.missing(deletion))


def viewers_still_say_so(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    """Whoever is needed is asked once more, as himself: no history tells what was marked or begun again."""
    item = deletion.item
    unknown = witnesses.hear(item, facts.tokens, now) if item else []
    if item is None or not item.is_complete():
        return Objection(*queue.missing(deletion))
    if words := witnesses.half_way(item):
        return Objection(Hold.HALF_PLAYED, words)
    return Objection(Hold.UNREADABLE, " ".join(unknown)) if unknown else None


def history_is_whole(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    """A history that shrank is that of a backup, or of another world: somebody has to look at it."""
    alarm = alarms.of(deletion.server)
    return Objection(Hold.HISTORY, alarm) if alarm and Hold.HISTORY not in deletion.accepted else None


def neighbours_agree(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    """Titles in the same file go together or not at all: each must be due and free of objections too."""
    for neighbour in neighbours(deletion):
        theirs = neighbour.deletions.due(now).filter(status=Status.SCHEDULED).first()
        if theirs is None:
            return Objection(Hold.NEIGHBOUR, f"Its file also holds {neighbour}, which is not to go yet.")
        if found := _first(OWN_LAWS, theirs, Facts(facts.client, theirs, facts.tokens), now):
            return Objection(Hold.NEIGHBOUR, f"Its file also holds {neighbour}, which is held: {found.text}")
    return None


def neighbours(deletion: Deletion) -> list[MediaItem]:
    paths = [file["path"] for file in deletion.snapshot["files"]]
    files = MediaFile.objects.filter(server=deletion.server, path__in=paths).exclude(item=deletion.item)
    items = MediaItem.objects.leaves().filter(pk__in=files.values("item"))
    return list(items.select_related("show", "parent"))


OWN_LAWS: tuple[Law, ...] = (
    same_key, same_server, history_is_whole, deletion_allowed, nobody_is_playing, same_title, same_files,
    one_version, not_kept, complete, viewers_still_say_so,
)  # fmt: skip
LAWS: tuple[Law, ...] = (*OWN_LAWS, neighbours_agree)
