"""Acting as a viewer on a server: the tokens of one run, kept in memory and nowhere else.

Plex gives a server's owner the tokens of those he shares it with; for a home user without a share Plaxe
switches to that user at plex.tv and takes the token from what he can reach.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from django.conf import settings

from accounts.claiming import cloud
from accounts.connecting import reach
from accounts.fields import Unreadable
from accounts.models import Installation, PlexServer, PlexUser
from accounts.wording import sentence as _
from accounts.wording import told
from plexclient.errors import BadResponse, Forbidden, NotFound, PlexError, RateLimited, Unauthorized
from plexclient.server import PlexMediaServer
from plexclient.types import SharedServer

T = TypeVar("T")
Shares = dict[int, SharedServer]  # by plex.tv id
PIN_NEEDED = 1041  # plex.tv's code


class NoToken(Exception):  # noqa: N818 -- an answer, not a defect
    """There is no way to act as this viewer, and why, and what to do. His history alone counts for him."""


class ViewerTokens:
    """For one server and one run. What was asked once is not asked again, neither is what failed."""

    def __init__(self, server: PlexServer) -> None:
        self._server = server
        self._identity = Installation.load().identity()
        self._known: dict[int, str | Exception] = {}
        self._shares: Shares | Exception | None = None
        self._throttled: PlexError | None = None
        self._elsewhere: dict[int, ViewerTokens | Exception] = {}

    def elsewhere(self, server: PlexServer, now: datetime) -> "ViewerTokens":
        """Those of another server, which has proved to be the right one in this run. Raises PlexError."""
        if server.pk not in self._elsewhere:
            self._elsewhere[server.pk] = _outcome(lambda: _of(server, now))
        return _demand(self._elsewhere[server.pk])

    def client_for(self, viewer: PlexUser) -> PlexMediaServer:
        """Sends nothing to the server itself. NoToken when there is no way, PlexError when it is unknown."""
        if viewer.pk not in self._known:
            self._known[viewer.pk] = _outcome(lambda: self._find(viewer))
        token = _demand(self._known[viewer.pk])
        return PlexMediaServer(self._server.url, self._identity, token, timing=settings.PLAXE_PLEX_TIMING)

    def _find(self, viewer: PlexUser) -> str:
        if viewer.plex_id == self._server.owner.plex_id:
            return self._server.token
        share = self._share_of(viewer)
        if share and share.access_token:
            return share.access_token
        if viewer.kind == PlexUser.Kind.HOME:
            return self._switch(viewer)
        raise _refusal(viewer, share)

    def _share_of(self, viewer: PlexUser) -> SharedServer | None:
        if self._shares is None:
            self._shares = _outcome(self._read_shares)
        shares = _demand(self._shares)
        return shares.get(viewer.plex_id)

    def _read_shares(self) -> Shares:
        shares = cloud(self._server.owner.plex_token).shared_servers(self._server.machine_identifier)
        if not shares.complete:
            raise BadResponse(_("plex.tv did not send all of those the server is shared with."))
        return {share.user_id: share for share in shares}

    def _switch(self, viewer: PlexUser) -> str:
        """As that user at plex.tv, whose list of servers holds the token for this one."""
        if self._throttled:
            raise self._throttled
        if not viewer.uuid:
            raise NoToken(
                _("Plaxe does not know %(who)s's place in the Plex home. Sync the viewers.", who=viewer)
            )
        if viewer.is_protected and (not viewer.has_pin or viewer.is_pin_refused):
            raise _pin_needed(viewer)
        try:
            return self._exchange(viewer, self._token_at_plex_tv(viewer))
        except RateLimited as error:
            self._throttled = error  # plex.tv minds bursts of switches: the others wait for the next run
            raise

    def _token_at_plex_tv(self, viewer: PlexUser) -> str:
        try:
            return cloud(self._server.owner.plex_token).switch_home_user(viewer.uuid, viewer.pin or None)
        except Forbidden as error:
            if error.code != PIN_NEEDED:
                raise
            viewer.refuse_pin()
        except Unreadable as error:
            words = _("The PIN of %(who)s cannot be read: %(why)s Or enter it again.", who=viewer, why=error)
            raise NoToken(words) from None
        except NotFound:
            raise NoToken(_("%(who)s is no longer in the Plex home. Sync the viewers.", who=viewer)) from None
        raise _pin_needed(viewer)

    def _exchange(self, viewer: PlexUser, token: str) -> str:
        for resource in cloud(token).resources():
            is_this = resource.client_identifier == self._server.machine_identifier
            if is_this and resource.access_token:
                return resource.access_token
        words = _(
            "Plex gives no token for %(who)s on %(server)s: nothing is shared, or the profile forbids it. "
            "Share the server with this person in Plex.",
            who=viewer,
            server=self._server,
        )
        raise NoToken(words)


def _of(server: PlexServer, now: datetime) -> ViewerTokens:
    reach(server, now)
    return ViewerTokens(server)


def _outcome(ask: Callable[[], T]) -> T | Exception:
    try:
        return ask()
    except (PlexError, NoToken) as problem:
        return problem


def _demand(outcome: T | Exception) -> T:
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def _refusal(viewer: PlexUser, share: SharedServer | None) -> NoToken:
    if share is None:
        return NoToken(
            _("The server is not shared with %(who)s any more. Share it again in Plex.", who=viewer)
        )
    if share.accepted_at is None:
        return NoToken(_("%(who)s has not accepted the invitation to the server yet.", who=viewer))
    words = _(
        "Plex gives no token for %(who)s, as for some accounts with a restriction profile. Lift the "
        "restriction in Plex.",
        who=viewer,
    )
    return NoToken(words)


def _pin_needed(viewer: PlexUser) -> NoToken:
    if viewer.has_pin:
        return NoToken(
            _("Plex does not accept the PIN that Plaxe has for %(who)s. Enter it again.", who=viewer)
        )
    return NoToken(_("%(who)s's account asks for a PIN. Enter it on the page of this viewer.", who=viewer))


def in_words(error: PlexError, viewer: PlexUser) -> str:
    if isinstance(error, Unauthorized):
        return _(
            "Plex did not accept the token it gave for %(who)s. If that lasts, sync the viewers.", who=viewer
        )
    return told(error)
