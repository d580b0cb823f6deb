"""Servers, and the ways to them."""

import msgspec

from plexclient.types.wire import Value


class Connection(Value, frozen=True, kw_only=True):
    uri: str
    protocol: str = ""
    address: str = ""
    port: int | None = None
    local: bool = False
    relay: bool = False
    ipv6: bool = msgspec.field(name="IPv6", default=False)

    def plain(self) -> "Connection | None":
        """The same without TLS, where a router that guards against DNS rebinding hides plex.direct names."""
        if not (self.local and self.address and self.port and ".plex.direct" in self.uri):
            return None
        host = f"[{self.address}]" if ":" in self.address else self.address
        return msgspec.structs.replace(self, uri=f"http://{host}:{self.port}", protocol="http")


class Resource(Value, frozen=True, kw_only=True):
    """A device at plex.tv: a server, somebody else's server, or a player."""

    client_identifier: str
    name: str = ""
    product_version: str = ""
    provides: str = ""
    owned: bool = False
    https_required: bool = False
    access_token: str | None = None
    connections: tuple[Connection, ...] = ()

    @property
    def is_owned_server(self) -> bool:
        return self.owned and "server" in self.provides.split(",")

    def ordered_connections(self) -> tuple[Connection, ...]:
        """Local, then remote, then relayed; each with its plain variant, where it has one, behind it."""
        ordered = sorted(self.connections, key=lambda one: (one.relay, not one.local))
        ways = ((one, None if self.https_required else one.plain()) for one in ordered)
        return tuple(way for pair in ways for way in pair if way)


class Identity(Value, frozen=True, kw_only=True):
    machine_identifier: str
    version: str = ""
    claimed: bool | None = None


class Root(Value, frozen=True, kw_only=True):
    machine_identifier: str
    friendly_name: str = ""
    version: str = ""
    platform: str = ""
    # Missing when the setting is off, and when the token is not the owner's.
    allows_deletion: bool = msgspec.field(name="allowMediaDeletion", default=False)
    has_plex_pass: bool = msgspec.field(name="myPlexSubscription", default=False)
    features: str = msgspec.field(name="ownerFeatures", default="")

    @property
    def owner_features(self) -> tuple[str, ...]:
        return tuple(feature for feature in self.features.split(",") if feature)
