"""Those who must see a title: what is missing of them, and what each of them says at this moment."""

from collections.abc import Callable
from datetime import datetime

from accounts.models import Access, PlexServer, PlexUser
from accounts.tokens import NoToken, ViewerTokens, in_words
from accounts.wording import sentence as _
from accounts.wording import together, told
from deletions import alarms
from deletions.models import Hold
from media import counterparts, states
from media.counterparts import answering
from media.models import ALL, Assignment, MediaItem, Watch
from media.models.watches import HALF_WAY
from media.sources.listed import is_listed
from plexclient.errors import Forbidden, NotFound, PlexError


def lacking(item: MediaItem) -> tuple[Hold, str]:
    """Why a title is not complete: the hold, and the reason in words."""
    covering = list(item.covering_assignments().filter(is_optional=False))
    if not covering:
        return Hold.UNWATCHED, _("Nobody is assigned to it any more. Assign somebody, or cancel it.")
    known = {watch.viewer_id: watch for watch in Watch.objects.filter(item=item)}
    elsewhere = counterparts.views([item])
    waited_for = {
        row.viewer.name: known.get(row.viewer_id)
        for row in covering
        if not answering(row, item, known.get(row.viewer_id), elsewhere.get((item.pk, row.viewer_id), ()))
    }
    words = together([_quorum(item, covering), *_words(item, waited_for)])
    return _why(waited_for), words or _doubt(item) or _("It is not complete.")


def _doubt(item: MediaItem) -> str:
    if not MediaItem.objects.questioned().filter(pk=item.pk).exists():
        return ""
    return _(
        "Whether it is still the %(title)s of before is not known. Answer that on its page first.",
        title=item,
    )


def _quorum(item: MediaItem, covering: list[Assignment]) -> str:
    people = len({row.viewer_id for row in covering})
    if item.needed == ALL:
        return ""
    return _("It takes %(needed)s of the %(people)s who are assigned.", needed=item.needed, people=people)


def _why(waited_for: dict[str, Watch | None]) -> Hold:
    half = [watch is not None and watch.is_half_way for watch in waited_for.values()]
    return Hold.HALF_PLAYED if half and all(half) else Hold.UNWATCHED


def _words(item: MediaItem, waited_for: dict[str, Watch | None]) -> list[str]:
    """`Not seen by Carol. Bob has marked it unwatched.`"""
    words = {name: _said(item, name, watch) for name, watch in sorted(waited_for.items())}
    plain = [name for name, said in words.items() if not said]
    unseen = [_("Not seen by %(names)s.", names=", ".join(plain))] if plain else []
    return [*unseen, *filter(None, words.values())]


def _said(item: MediaItem, name: str, watch: Watch | None) -> str:
    if watch is None:
        return ""
    if watch.is_half_way:
        return _("%(who)s is half-way through it.", who=name)
    if watch.withdrawn_at and watch.withdrawn_by == Watch.Source.HAND:
        return _("%(who)s has not seen it, says the owner.", who=name)
    if _is_undated(item, watch):
        return _(
            "%(who)s saw it before Plaxe knew it, and Plex does not say when it was added: that view does "
            "not count.",
            who=name,
        )
    return _("%(who)s has marked it unwatched.", who=name) if watch.withdrawn_at else ""


def _is_undated(item: MediaItem, watch: Watch) -> bool:
    """Of a view before Plaxe first saw the title nobody knows whether it was one of this copy."""
    is_early = watch.last_viewed_at is not None and watch.last_viewed_at <= item.views_count_from
    return item.added_at is None and is_early


def is_half_way(item: MediaItem) -> bool:
    return lacking(item)[0] == Hold.HALF_PLAYED


def hear(item: MediaItem, tokens: ViewerTokens, now: datetime) -> list[str]:
    """Ask everybody who must see it, also whom a quorum does not need; what they say is what Plaxe knows.

    Returns in words whose answer is not known. For whom there is no token the history alone counts.
    """
    here = [_hear(item, viewer, lambda: tokens, now) for viewer in _of_server(item)]
    there = [_hear_elsewhere(watch, tokens, now) for watch in counterparts.relied_on(item)]
    return [words for words in (*here, *there) if words]


def _of_server(item: MediaItem) -> list[PlexUser]:
    """Whoever has to see it and never could on this server is asked where he can."""
    known = Access.objects.filter(server=item.server_id).values("viewer")
    strangers = PlexUser.objects.exclude(pk__in=known).filter(assignments__on_any_server=True)
    return [viewer for viewer in _witnesses(item) if viewer not in strangers]


def _hear_elsewhere(watch: Watch, tokens: ViewerTokens, now: datetime) -> str:
    """He has seen it on another server, and there he could have taken it back: while it is there."""
    item, server = watch.item, watch.item.server
    if item.gone_at:
        return ""
    if doubts := _doubts(server):
        unknown = _(
            "Whether %(who)s has seen it on %(server)s is not known.", who=watch.viewer, server=server
        )
        return together([unknown, doubts])
    words = _hear(item, watch.viewer, lambda: tokens.elsewhere(server, now), now)
    return _("%(who)s: %(text)s", who=server, text=words) if words else ""


def half_way(item: MediaItem) -> str:
    """Who is in the middle of it, in words. A quorum takes it away from nobody."""
    paused = Watch.objects.filter(item=item, viewer__in=_witnesses(item), offset__gte=HALF_WAY)
    names = sorted(paused.values_list("viewer__name", flat=True))
    return together(_("%(who)s is half-way through it.", who=name) for name in names)


def _witnesses(item: MediaItem) -> list[PlexUser]:
    required = item.covering_assignments().filter(is_optional=False)
    return list(PlexUser.objects.filter(pk__in=required.values("viewer")))


def _doubts(server: PlexServer) -> str:
    """Why it is not believed at the moment, in words."""
    doubt = alarms.doubted(server)
    return together([*alarms.raised(server).values(), *([doubt[1]] if doubt else [])])


def _hear(item: MediaItem, viewer: PlexUser, tokens: Callable[[], ViewerTokens], now: datetime) -> str:
    try:
        client = tokens().client_for(viewer)
        metadata = client.metadata(item.rating_key)
        states.demand_same(item, metadata)
        states.look(item, viewer, metadata, now, is_listed=is_listed(item, viewer, client, metadata))
    except NoToken as refusal:
        return _silent(item, viewer, refusal)
    except (Forbidden, NotFound):
        return _hidden(item, viewer)
    except PlexError as error:
        why = in_words(error, viewer)
        return _("Whether %(who)s still says to have seen it is not known: %(why)s", who=viewer, why=why)
    return ""


def _silent(item: MediaItem, viewer: PlexUser, refusal: NoToken) -> str:
    """For whom there never was a token the history alone counts. Who could be asked before, and may still
    watch, is not taken at an older word: plex.tv may only have mislaid him for a moment."""
    present = Access.objects.filter(server=item.server_id, viewer=viewer, gone_at=None)
    if not present.exclude(state_read_at=None).exists() or not _relies_on(item, viewer):
        return ""
    return _(
        "Whether %(who)s still says to have seen it is not known any more. %(why)s Or say on the title's "
        "page that this person has seen it.",
        who=viewer,
        why=told(refusal),
    )


def _hidden(item: MediaItem, viewer: PlexUser) -> str:
    if not _relies_on(item, viewer):
        return ""
    return _(
        "Plex does not show it to %(who)s, so whether he has seen it is not known. Share %(library)s with "
        "this person again, say on the title's page that this person has seen it, or unassign.",
        who=viewer,
        library=item.section,
    )


def _relies_on(item: MediaItem, viewer: PlexUser) -> bool:
    """On a view of his that counts. The owner's word needs no other; it is the way out.

    Whoever has no view that counts and cannot see the title is not in the middle of it either.
    """
    views = Watch.objects.counting(item.views_count_from).filter(item=item, viewer=viewer)
    return views.exclude(vouched_at__gt=item.views_count_from).exists()
