"""The libraries of a server."""

from datetime import datetime, timedelta

from accounts.models import PlexServer
from accounts.wording import sentence as _
from media.models import LibrarySection
from media.sync.recognition import recognise, uuid_of
from plexclient.server import PlexMediaServer
from plexclient.types import Section

# A library that is not listed is believed to be gone when it is not listed a while later either.
AGREES_AFTER = timedelta(minutes=10)
# Not whether it is another one: somebody else may be finding that out.
REMEMBERED = ["type", "title", "synced_at", "gone_at", "missing_since"]


def read_sections(
    server: PlexServer, client: PlexMediaServer, now: datetime
) -> tuple[list[LibrarySection], list[str]]:
    """Those that are there, and in words those that have just vanished."""
    rows = client.sections()
    recognise(server, rows, now)
    listed = {row.key: row for row in rows if row.type in LibrarySection.Type.values}
    known = {section.key: section for section in LibrarySection.objects.filter(server=server)}
    there = [_remember(server, known.get(key), row) for key, row in listed.items()]
    vanished = [section for key, section in known.items() if key not in listed and section.gone_at is None]
    return there, [words for section in vanished if (words := _miss(section, now))]


def _remember(server: PlexServer, section: LibrarySection | None, row: Section) -> LibrarySection:
    is_new = section is None
    section = section or LibrarySection(server=server, key=row.key, type=row.type)
    if section.type != row.type:
        section.type, section.synced_at = row.type, None  # what changed in it says nothing
    section.title = row.title.replace("\0", "")[:500]
    section.gone_at = section.missing_since = None
    section.save(update_fields=None if is_new else REMEMBERED)
    section.introduce(uuid_of(row))
    return section


def _miss(section: LibrarySection, now: datetime) -> str:
    if section.missing_since and section.missing_since <= now - AGREES_AFTER:
        section.gone_at = now
        section.save(update_fields=["gone_at"])
        return ""
    section.missing_since = section.missing_since or now
    section.last_error = _(
        "The server does not list this library any more. Its titles stay as they are. The library is taken"
        " for gone when a sync, %(minutes)s minutes later or more, does not find it either.",
        minutes=AGREES_AFTER.seconds // 60,
    )
    section.save(update_fields=["missing_since", "last_error"])
    return f"{section}: {section.last_error}"
