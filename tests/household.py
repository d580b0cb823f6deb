"""A whole household of any size: something of everything that a page can show."""

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import PlexServer, PlexUser
from deletions import protecting
from deletions.models import AuditEntry, Deletion, Hold
from media.models import LibrarySection, MediaItem, PlaySession, Question, Webhook
from tests import factories

FATES = (
    ("SCHEDULED", ""), ("HELD", Hold.PLAYING), ("HELD", Hold.SPACE), ("FAILED", ""), ("CANCELLED", ""),
    ("DELETED", ""),
)  # fmt: skip


def grow(size: int, *, title: str = "Title", name: str = "Viewer") -> None:
    """Beside what is there: `size` times each thing, on a server of its own."""
    now, number = timezone.now(), PlexServer.objects.count()
    server = factories.server(machine_identifier=f"machine-{number}", allows_deletion=True)
    films = factories.section(on=server, title=title)
    shows = factories.section(on=server, kind="show", title=title)
    people = [factories.viewer(5000 + 100 * number + n, name, on=server) for n in range(size)]
    for n in range(size):
        _film(films, people, now, f"{title}{n or ''}")
        _show(shows, people, now, title)
        _sitting(films, people[0], now)
    protecting.protect([films, people[0]], now, by=factories.alice())


def _film(films: LibrarySection, people: list[PlexUser], now: datetime, title: str) -> None:
    film = factories.movie(section=films, title=title)
    for viewer in people:
        factories.assignment(item=film, viewer=viewer)
        factories.watch(item=film, viewer=viewer)
    for status, hold in FATES:
        _fate(factories.movie(section=films, title=title), status, hold, now)
    factories.movie(section=films, title=title, gone_at=now)
    protecting.protect([film], now, by=factories.alice())
    Question.objects.create(
        server=films.server, new=film, old=factories.movie(section=films, title=title, gone_at=now),
        why=Question.Why.DATED, asked_at=now,
    )  # fmt: skip


def _show(shows: LibrarySection, people: list[PlexUser], now: datetime, title: str) -> None:
    show = factories.show(section=shows, title=title)
    for index in (1, 2):
        season = factories.season(show=show, index=index)
        for number in (1, 2):
            episode = factories.episode(season=season, index=number, title=title)
            factories.watch(item=episode, viewer=people[0])
            _fate(episode, "SCHEDULED", "", now)
    for viewer in people:
        factories.assignment(item=show, viewer=viewer)


def _fate(item: MediaItem, status: str, hold: str, now: datetime) -> None:
    is_over = status in {"FAILED", "CANCELLED", "DELETED"}
    row = Deletion.objects.create(
        server=item.server, item=item, rating_key=item.rating_key, type=item.type, title=item.full_title,
        bytes=2**30, enqueued_at=now, scheduled_for=now + timedelta(hours=5), status=status, hold=hold,
        finished_at=now if is_over else None,
        **({"freed": 2**30, "freed_at": now} if status == "DELETED" else {}),
    )  # fmt: skip
    AuditEntry.about(row, AuditEntry.Verb.ENQUEUED, now, text="Everybody has seen it.").save()


def _sitting(films: LibrarySection, viewer: PlexUser, now: datetime) -> None:
    item = MediaItem.objects.filter(section=films).order_by("-pk")[0]
    server, n = films.server, PlaySession.objects.count()
    PlaySession.objects.create(
        server=server, session_key=str(n), viewer=viewer, viewer_name=viewer.name, item=item,
        title=item.title, player="TV", began_at=now, seen_at=now,
    )  # fmt: skip
    Webhook.objects.create(
        server=server, received_at=now, event="media.play", digest=str(n), item=item, title=item.title[:500]
    )
