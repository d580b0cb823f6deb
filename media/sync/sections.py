"""The libraries of a server."""

from datetime import datetime, timedelta

from accounts.models import PlexServer
from media.models import LibrarySection
from plexclient.server import PlexMediaServer
from plexclient.types import Section

# A library that is not listed is believed to be gone when it is not listed a while later either.
AGREES_AFTER = timedelta(minutes=10)


def read_sections(
    server: PlexServer, client: PlexMediaServer, now: datetime
) -> tuple[list[LibrarySection], list[str]]:
    """Those that are there, and in words those that have just vanished."""
    listed = {row.key: row for row in client.sections() if row.type in LibrarySection.Type.values}
    known = {section.key: section for section in LibrarySection.objects.filter(server=server)}
    there = [_remember(server, known.get(key), row) for key, row in listed.items()]
    vanished = [section for key, section in known.items() if key not in listed and section.gone_at is None]
    return there, [words for section in vanished if (words := _miss(section, now))]


def _remember(server: PlexServer, section: LibrarySection | None, row: Section) -> LibrarySection:
    section = section or LibrarySection(server=server, key=row.key)
    identity = (section.uuid, section.type)
    section.uuid, section.type, section.title = row.uuid[:64], row.type, row.title.replace("\0", "")[:500]
    section.gone_at = section.missing_since = None
    if identity != (section.uuid, section.type):
        section.synced_at = None  # another library under the same key: what changed in it says nothing
    section.save()
    return section


def _miss(section: LibrarySection, now: datetime) -> str:
    if section.missing_since and section.missing_since <= now - AGREES_AFTER:
        section.gone_at = now
        section.save(update_fields=["gone_at"])
        return ""
    section.missing_since = section.missing_since or now
    section.last_error = (
        "The server does not list this library any more. Its titles stay as they are. The library is taken "
        f"for gone when a sync, {AGREES_AFTER.seconds // 60} minutes later or more, does not find it either."
    )
    section.save(update_fields=["missing_since", "last_error"])
    return f"{section}: {section.last_error}"
