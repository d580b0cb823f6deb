"""The laws at the trigger: a fresh look at the server must say again that this very title may go.

Each law is one function. It answers None, or the objection that holds the deletion.
"""

from datetime import datetime

from accounts.wording import sentence as _
from accounts.wording import together, told
from deletions import alarms, keeping, moved, queue, snapshot, witnesses
from deletions.facts import Facts, Law, NoAnswer, Objection, Vanished
from deletions.files import same_files, trash_takes_it, versions_settled
from deletions.models import Deletion, Hold, Policy
from deletions.twins import twins_known
from media import sync
from media.models import LibrarySection, MediaFile, MediaItem
from media.sync import recognition
from plexclient.errors import NotFound
from plexclient.types import Session

__all__ = ["LAWS", "OWN_LAWS", "Facts", "Law", "NoAnswer", "Objection", "Vanished", "neighbours", "objection"]


def objection(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    """The first law that is broken. Raises Vanished, and as Facts do."""
    return _first(LAWS, deletion, facts, now)


def _first(laws: tuple[Law, ...], deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    return next((found for law in laws if (found := law(deletion, facts, now))), None)


def same_key(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    """Before anything is asked under its key: by now that may be another title's, or nobody's."""
    key = moved.new_key(deletion)
    if not key:
        return None
    words = _(
        "Its key in Plex was %(then)s when queued and is %(now)s now.", then=deletion.rating_key, now=key
    )
    return Objection(Hold.REKEYED, words)


def not_cancelled(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    """Neither this row nor another one of the same title. Asked again in the moment that decides."""
    words = queue.declined_elsewhere(deletion)
    return Objection(Hold.REKEYED, words) if words else None


def library_whole(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    """Its listing has not just collapsed: that is an outage, and not the time to delete, until a full sync
    finds the titles again, or lacks the same ones a while later."""
    shrunken = LibrarySection.objects.filter(items__deletions=deletion.pk, shrank_at__isnull=False).first()
    if shrunken is None:
        return None
    words = _(
        "Much of its library, %(library)s, was suddenly missing when it was last read. Is a disk not "
        "mounted? It waits until a full sync finds that again, or lacks it again some minutes later.",
        library=shrunken,
    )
    return Objection(Hold.UNREADABLE, words)


def same_server(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    if facts.root.machine_identifier == deletion.snapshot["machine_identifier"]:
        return None
    words = _("Another server answers at the address of %(server)s.", server=deletion.server)
    return Objection(Hold.WRONG_SERVER, words)


def same_libraries(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    """A server with other libraries than were known, or with a history that shrank, is that of a backup, or
    another world: somebody has to look at it."""
    recognition.recognise(deletion.server, facts.sections.values(), now)
    found = alarms.stopping(deletion)
    return Objection(*found) if found else None


def deletion_allowed(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    if facts.root.allows_deletion:
        return None
    return Objection(
        Hold.DELETION_OFF,
        _("Plex does not allow deletion. Switch it on in Plex: Settings > Library > Allow media deletion."),
    )


def nobody_is_playing(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    for session in facts.sessions:
        if not session.rating_key and session.type in ("", *MediaItem.LEAVES):
            return Objection(Hold.PLAYING, _("Somebody is playing something that Plex does not name."))
        if _is_needed_for(session, deletion):
            who, what = session.user_title or _("Somebody"), session.title or _("it")
            return Objection(Hold.PLAYING, _("%(who)s is playing %(title)s.", who=who, title=what))
    return None


def _is_needed_for(session: Session, deletion: Deletion) -> bool:
    """It is what is playing, or is in the same file; or another part of its show is, where that counts."""
    item, played = deletion.item, session.rating_key
    above = {up.rating_key for up in (item.parent, item.show) if up} if item else set()
    in_its_files = (neighbour.rating_key for neighbour in neighbours(deletion))
    if played and played in {deletion.rating_key, *above, *in_its_files}:
        return True
    is_of_show = bool(above & {session.parent_rating_key, session.grandparent_rating_key})
    return is_of_show and Policy.load().playing_holds_show


def nobody_has_begun_it(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    """To read all this takes a while: who plays what is asked once more, last of all."""
    return nobody_is_playing(deletion, Facts(facts.client, deletion, facts.tokens, facts.above), now)


def not_elsewhere(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    """After a rebuild its key may be nobody's or another title's, and the title is there all the same."""
    is_lost = moved.has_lost_key(deletion)
    if is_lost and not moved.can_be_found(deletion):
        words = _(
            "Its key in Plex stands for another title now, and nothing tells where this one is. Cancel it; "
            "if it is still there, it is queued anew under its own key."
        )
        return Objection(Hold.CHANGED, words)
    try:
        _demand_there(facts, is_lost=is_lost)
    except Vanished:
        if key := moved.key_on_server(facts.client, deletion):
            words = _("Plex has it under another key now, %(key)s. It goes on after the next sync.", key=key)
            return Objection(Hold.REKEYED, words)
        raise
    return None


def _demand_there(facts: Facts, *, is_lost: bool) -> None:
    if is_lost:
        raise Vanished
    facts.metadata  # noqa: B018 -- read for the first time


def same_title(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    for name, then, today in (
        ("type", deletion.snapshot["type"], facts.metadata.type),
        ("guid", deletion.snapshot["guid"], facts.metadata.guid),
    ):
        if then != today:
            return Objection(Hold.CHANGED, snapshot.differs(name, then, today))
    return None


def same_library(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    """The one that it was read from is there and says who it is, and the title is still in it."""
    section = deletion.item.section if deletion.item else None
    if section is None:
        return None
    row = facts.sections.get(section.key)
    if row is None:
        words = _("Plex does not list its library, %(library)s, at the moment.", library=section)
        return Objection(Hold.UNREADABLE, words)
    if section.accepted_uuid and not row.uuid:
        words = _("Plex does not say whether %(library)s is the library it was.", library=section)
        return Objection(Hold.UNREADABLE, words)
    if facts.metadata.section_key not in (None, section.key):
        words = _("It is no longer in %(library)s but in another library. Sync them.", library=section)
        return Objection(Hold.CHANGED, words)
    return None


def known_anew(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    """It is the title that was queued: what Plex says of it today is what a person sees and may approve."""
    item = deletion.item
    if item is None:
        return Objection(Hold.CHANGED, _("Plaxe no longer knows this title. Sync the libraries."))
    sync.store(item.server, item.section, [facts.metadata], now)
    return None


def siblings_known(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    """The episodes that its show has at this moment: one that no sync has seen yet may be in its file, and
    a rule may count them.

    The same work in another library is for `twins_known`. Another work in its file, an episode of another
    show for instance, nobody can ask Plex for: it is known from the last sync only.
    """
    if deletion.type != MediaItem.Type.EPISODE:
        return None
    show = deletion.item.show if deletion.item else None
    if show is None or facts.metadata.grandparent_rating_key not in (None, show.rating_key):
        words = _("It is in another show than Plaxe knows. The next look at the libraries settles that.")
        return Objection(Hold.UNREADABLE, words)
    try:
        facts.above.read_episodes(show, now)
    except NotFound as error:
        words = _("Which other episodes are in its file is not known. %(why)s", why=told(error))
        return Objection(Hold.UNREADABLE, words)
    return None


def same_names(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    """The same work with another name or in another edition: somebody has corrected what Plex took it for."""
    if deletion.item is None:
        return None
    deletion.item.refresh_from_db(fields=["title", "edition_title", "external_ids"])  # just read
    words = snapshot.renamed(deletion.snapshot, snapshot.names(deletion.item))
    return Objection(Hold.CHANGED, words) if words else None


def not_kept(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    """By a label in Plex, on the title or above it; then by Plaxe's own word."""
    try:
        if words := keeping.by_label(deletion, facts.metadata, facts.above):
            return Objection(Hold.KEPT, words)
    except NotFound as error:  # where a title cannot be without
        return Objection(
            Hold.UNREADABLE, _("Whether a label keeps it is not known. %(why)s", why=told(error))
        )
    return still_not_kept(deletion)


def still_not_kept(deletion: Deletion) -> Objection | None:
    """As the rows say at this moment. Asked again in the moment that decides."""
    words = keeping.by_plaxe(deletion, neighbours(deletion))
    return Objection(Hold.KEPT, words, waits_anew=True) if words else None


def complete(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    """Covered, seen by all who cover it, and seen after it was added: as Plex says today when that was."""
    item = deletion.item
    if item and (item.is_complete() or witnesses.is_half_way(item)):
        return None  # whoever is half-way is asked where he is by now
    return Objection(*queue.missing(deletion))


def viewers_still_say_so(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    """Whoever is needed is asked once more, as himself: no history tells what was marked or begun again."""
    item = deletion.item
    unknown = witnesses.hear(item, facts.tokens, now) if item else []
    if item is None or not item.is_complete():
        return Objection(*queue.missing(deletion))
    if words := witnesses.half_way(item):
        return Objection(Hold.HALF_PLAYED, words)
    return Objection(Hold.STATE, together(unknown)) if unknown else None


def neighbours_agree(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    """Titles in the same file go together or not at all: each must be due and free of objections too."""
    for neighbour in neighbours(deletion):
        theirs = neighbour.deletions.due(now).first()  # what holds it now may have passed: its laws will say
        if theirs is None or _keeps_what_goes(theirs, deletion):
            words = _("Its file also holds %(title)s, which is not to go yet.", title=neighbour)
            return Objection(Hold.NEIGHBOUR, words)
        if found := _of_neighbour(theirs, facts, now):
            words = _("Its file also holds %(title)s, which is held: %(why)s", title=neighbour, why=found)
            return Objection(Hold.NEIGHBOUR, words)
    return None


def _of_neighbour(theirs: Deletion, facts: Facts, now: datetime) -> str:
    try:
        found = _first(OWN_LAWS, theirs, Facts(facts.client, theirs, facts.tokens, facts.above), now)
    except Vanished:  # it says nothing about this title
        return _("Plex does not show it any more. The next look at the libraries settles that.")
    return found.text if found else ""


def _keeps_what_goes(theirs: Deletion, ours: Deletion) -> bool:
    """Of a title with several versions another one may have been chosen."""
    then = {file["path"] for file in theirs.snapshot["files"]} - {file["path"] for file in theirs.files}
    return bool(then & {file["path"] for file in ours.files})


def neighbours(deletion: Deletion) -> list[MediaItem]:
    """Other titles in the files that go."""
    paths = [file["path"] for file in deletion.files]
    files = MediaFile.objects.filter(server=deletion.server, path__in=paths).exclude(item=deletion.item)
    items = MediaItem.objects.leaves().filter(pk__in=files.values("item"))
    return list(items.select_related("show", "parent"))


OWN_LAWS: tuple[Law, ...] = (
    same_key, not_cancelled, library_whole, same_server, same_libraries, deletion_allowed, nobody_is_playing,
    not_elsewhere, same_title, same_library, known_anew, same_names, versions_settled, same_files,
    siblings_known, twins_known, not_kept, complete, viewers_still_say_so, trash_takes_it,
)  # fmt: skip
LAWS: tuple[Law, ...] = (*OWN_LAWS, neighbours_agree, nobody_has_begun_it)
