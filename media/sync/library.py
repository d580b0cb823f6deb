"""Bring what Plaxe knows of a server's libraries up to date."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate

from accounts.connecting import reach
from accounts.models import Job, PlexServer
from accounts.wording import told
from media import standing
from media.models import LibrarySection, MediaItem
from media.sync.anew import follow_copies
from media.sync.section import KINDS, SectionPass
from media.sync.sections import read_sections
from plexclient.errors import PlexError, Unreachable
from plexclient.server import PlexMediaServer

logger = logging.getLogger(__name__)


@dataclass
class SyncReport:
    sections: int = 0
    items: int = 0
    gone: int = 0
    errors: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def sync_server(
    server: PlexServer, now: datetime, *, full: bool = False, job: Job | None = None
) -> SyncReport:
    """Read every section. One that fails says so, on its row and in the report, and stops no other.

    A section is read in full when that is asked for, and whenever reading only the changes would not do.
    Raises PlexError when the server cannot be reached or does not list its sections.
    """
    full = full or (job is not None and job.takes_all)
    client = reach(server, now)
    report = SyncReport()
    sections, report.errors = _sections(server, client, now)
    for section, parts in zip(sections, _parts(sections), strict=True):
        _sync_section(SectionPass(server, section, client, now, job=job, parts=parts), report, full=full)
    follow_copies(server)
    standing.fulfil(server, now)
    report.sections = len(sections)
    present = MediaItem.objects.present().filter(server=server, section__gone_at=None)
    report.items = present.count()
    return report


def _parts(sections: list[LibrarySection]) -> Iterator[tuple[int, int]]:
    """For each section how many listings are read before its own, and how many there are in all."""
    numbers = [len(KINDS[LibrarySection.Type(section.type)]) for section in sections]
    for before, own in zip(accumulate(numbers), numbers, strict=True):
        yield before - own, sum(numbers)


def _sections(
    server: PlexServer, client: PlexMediaServer, now: datetime
) -> tuple[list[LibrarySection], list[str]]:
    try:
        return read_sections(server, client, now)
    except PlexError as problem:
        server.missed(told(problem), is_online=not isinstance(problem, Unreachable))
        raise


def _sync_section(section_pass: SectionPass, report: SyncReport, *, full: bool) -> None:
    section = section_pass.section
    known = section.last_error
    try:
        doubt = section_pass.run(full=full or section.needs_full_pass)
    except PlexError as problem:
        doubt = told(problem)
        section.failed(doubt)
    if doubt:
        logger.log(
            logging.DEBUG if doubt == known else logging.WARNING, "%s, %s: %s", section.server, section, doubt
        )
        report.errors.append(f"{section}: {doubt}")
    report.gone += section_pass.gone
    report.notes += section_pass.stored.notes
