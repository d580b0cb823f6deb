"""Who there is: at plex.tv, in the home, among the friends, in a server's own list."""

from plexclient.types.wire import Moment, Value


class Pin(Value, frozen=True, kw_only=True):
    id: int
    code: str
    expires_in: int = 0
    auth_token: str | None = None


class Account(Value, frozen=True, kw_only=True):
    id: int
    uuid: str = ""
    username: str = ""
    title: str = ""
    email: str = ""
    friendly_name: str = ""
    thumb: str = ""
    home: bool = False
    home_admin: bool = False
    restricted: bool = False

    @property
    def name(self) -> str:
        return self.friendly_name or self.title or self.username


class Person(Value, frozen=True, kw_only=True):
    """A friend or home user as the legacy roster lists them; the owner is never among them."""

    id: int
    title: str = ""
    username: str = ""
    email: str = ""
    thumb: str = ""
    home: bool = False
    restricted: bool = False
    protected: bool = False
    machine_identifiers: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.title or self.username


class HomeUser(Value, frozen=True, kw_only=True):
    id: int
    uuid: str = ""
    title: str = ""
    username: str = ""
    email: str = ""
    friendly_name: str = ""
    thumb: str = ""
    admin: bool = False
    guest: bool = False
    restricted: bool = False
    protected: bool = False

    @property
    def name(self) -> str:
        return self.friendly_name or self.title or self.username


class Share(Value, frozen=True, kw_only=True):
    machine_identifier: str = ""
    accepted: bool = False


class Friend(Value, frozen=True, kw_only=True):
    id: int
    uuid: str = ""
    title: str = ""
    username: str = ""
    email: str = ""
    friendly_name: str = ""
    thumb: str = ""
    home: bool = False
    restricted: bool = False
    status: str = ""
    shared_servers: tuple[Share, ...] = ()

    @property
    def name(self) -> str:
        return self.friendly_name or self.title or self.username

    @property
    def machine_identifiers(self) -> tuple[str, ...]:
        return tuple(share.machine_identifier for share in self.shared_servers if share.machine_identifier)


class SharedServer(Value, frozen=True, kw_only=True):
    """One person's share of a server, with the token that acts as them there."""

    id: int
    user_id: int
    username: str = ""
    email: str = ""
    access_token: str | None = None
    accepted_at: Moment | None = None  # missing while the invitation is pending

    @property
    def name(self) -> str:
        return self.username or self.email


class LocalAccount(Value, frozen=True, kw_only=True):
    """An account in a server's own list: 0 is nobody in particular, 1 its owner, others as at plex.tv."""

    id: int
    name: str = ""
    thumb: str = ""
