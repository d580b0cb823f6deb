"""Copy who may watch on a server.

Plex spreads its people over several rosters. Only when all that are needed were read does anybody count as
gone; whoever is gone keeps his row and what he has seen, and may come back.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from itertools import chain
from typing import Any, TypeVar

from django.db import transaction

from accounts.claiming import cloud, free_username
from accounts.connecting import refresh
from accounts.jobs import running
from accounts.models import Access, Job, PlexServer, PlexUser, User
from accounts.signals import viewers_synced
from plexclient.cloud import PlexCloud, Roster
from plexclient.errors import NotFound, PlexError
from plexclient.types import Account, HomeUser, Person, SharedServer

logger = logging.getLogger(__name__)
T = TypeVar("T")
Kind = PlexUser.Kind


@dataclass(frozen=True)
class Viewer:
    """A person as one roster knows them; the fields are those of `PlexUser`."""

    plex_id: int
    kind: PlexUser.Kind
    name: str
    username: str = ""
    title: str = ""
    uuid: str = ""
    thumb: str = ""
    is_restricted: bool = False
    is_protected: bool = False


@dataclass(frozen=True)
class People:
    owner: Account
    viewers: list[Viewer]
    complete: bool
    problem: PlexError | None = None  # why a roster is missing


def sync_viewers(server: PlexServer, now: datetime) -> int:
    """Copy owner, home and friends from plex.tv and say how many may watch; then look at the server itself.

    A server that does not answer keeps its viewers up to date all the same: its row tells that it is away.
    When a roster cannot be read, the others are stored, nobody counts as gone, and its error is raised.
    """
    with running(server, Job.Kind.VIEWERS):
        people = read_people(cloud(server.owner.plex_token), server.machine_identifier)
        with transaction.atomic():
            _rename(server.owner, people.owner)
            _store(server, people, now)
        viewers_synced.send_robust(sender=PlexServer, server=server)
        _look_at(server, now)
        if people.problem:
            raise people.problem
    return len(people.viewers)


def read_people(plex: PlexCloud, machine_identifier: str) -> People:
    """The owner and everybody with a way to the server, as far as the rosters can be read."""
    account = plex.user()
    problems: list[PlexError] = []
    home = _readable(lambda: _home(plex, account), problems)
    people = _readable(plex.users, problems)
    shares = _readable(lambda: plex.shared_servers(machine_identifier), problems)
    pending = {share.user_id for share in shares if not share.accepted_at}
    sharing = {share.user_id for share in shares} | {
        person.id for person in people if machine_identifier in person.machine_identifiers
    }
    known = [
        [_owner(account)],
        [_at_home(user) for user in home],
        [_person(person) for person in people if person.home or person.id in sharing - pending],
        [_share(share) for share in shares if share.user_id not in pending],
    ]
    viewers = merged(chain.from_iterable(known), friendly_names(plex))
    complete = home.complete and people.complete and shares.complete
    return People(account, viewers, complete, next(iter(problems), None))


def _readable(read: Callable[[], Roster[T]], problems: list[PlexError]) -> Roster[T]:
    try:
        return read()
    except PlexError as problem:
        problems.append(problem)
        return Roster.incomplete()


def _home(plex: PlexCloud, account: Account) -> Roster[HomeUser]:
    try:
        return plex.home_users()
    except NotFound:
        if account.home:
            raise
        return Roster()  # whoever has no home has no list of its users


def friendly_names(plex: PlexCloud) -> dict[int, str]:
    """What the owner calls his friends. plex.tv has retired this list: nothing may depend on it."""
    try:
        return {friend.id: friend.friendly_name for friend in plex.friends() if friend.friendly_name}
    except PlexError as problem:
        logger.debug("The list of friends was left out: %s", problem)
        return {}


def _owner(one: Account) -> Viewer:
    return Viewer(one.id, Kind.OWNER, one.name, one.username, one.title, one.uuid, one.thumb)


def _at_home(one: HomeUser) -> Viewer:
    return Viewer(
        one.id, Kind.HOME, one.name, one.username, one.title, one.uuid, one.thumb,
        is_restricted=one.restricted, is_protected=one.protected,
    )  # fmt: skip


def _person(one: Person) -> Viewer:
    return Viewer(
        one.id, Kind.HOME if one.home else Kind.FRIEND, one.name, one.username, one.title, thumb=one.thumb,
        is_restricted=one.restricted, is_protected=one.protected,
    )  # fmt: skip


def _share(one: SharedServer) -> Viewer:
    return Viewer(one.user_id, Kind.FRIEND, one.name, one.username)


def merged(viewers: Iterable[Viewer], friendly: Mapping[int, str]) -> list[Viewer]:
    """One for each id: the first roster decides, later ones fill in what it left blank."""
    found: dict[int, Viewer] = {}
    for viewer in viewers:
        known = found.get(viewer.plex_id, viewer)
        news = {name: value for name, value in asdict(viewer).items() if value and not getattr(known, name)}
        found[viewer.plex_id] = replace(known, **news)
    return [replace(one, name=_name(one, friendly)) for one in found.values()]


def _name(viewer: Viewer, friendly: Mapping[int, str]) -> str:
    return friendly.get(viewer.plex_id) or viewer.name or f"Viewer {viewer.plex_id}"


def _rename(owner: User, account: Account) -> None:
    """People change their names at plex.tv; the id stays."""
    owner.username, owner.thumb = free_username(account), account.thumb[:500]
    owner.save(update_fields=["username", "thumb"])


def _store(server: PlexServer, people: People, now: datetime) -> None:
    rows = PlexUser.objects.bulk_create(
        [PlexUser(**_fitting(viewer)) for viewer in people.viewers],
        update_conflicts=True,
        unique_fields=["plex_id"],
        update_fields=[field.name for field in fields(Viewer) if field.name != "plex_id"],
    )
    Access.objects.bulk_create(
        [Access(server=server, viewer=row, gone_at=None) for row in rows],
        update_conflicts=True,
        unique_fields=["server", "viewer"],
        update_fields=["gone_at"],
    )
    missing = Access.objects.filter(server=server, gone_at=None).exclude(viewer__in=[row.pk for row in rows])
    if not people.complete:
        logger.warning("%s: not all of its people could be read; nobody counts as gone.", server)
    elif gone := missing.update(gone_at=now):
        logger.info("%s: %d viewers are gone; what they have seen still counts.", server, gone)


def _fitting(viewer: Viewer) -> dict[str, Any]:
    """PostgreSQL refuses what is too long, and a NUL in a text."""
    lengths = {field.name: field.max_length for field in PlexUser._meta.concrete_fields}
    return {
        name: value.replace("\0", "")[: lengths[name]] if type(value) is str else value
        for name, value in asdict(viewer).items()
    }


def _look_at(server: PlexServer, now: datetime) -> None:
    try:
        refresh(server, now)
    except PlexError as problem:
        logger.warning("%s: %s", server, problem)
