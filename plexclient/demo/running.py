"""The demo's sites on real ports."""

from collections.abc import Iterator
from contextlib import contextmanager

from plexclient.demo.listener import Listener, Site
from plexclient.demo.plextv.site import PlexTvSite
from plexclient.demo.pms.site import MediaServerSite
from plexclient.demo.server import Server
from plexclient.demo.sign_in import SignInSite
from plexclient.demo.world import World

ANYWHERE = {"", "0.0.0.0", "::"}  # noqa: S104  # recognised here, not bound


class Running:
    """Each site has its own port and keeps it while switched off."""

    def __init__(self, world: World, host: str, port: int, port_app: int, port_server: int) -> None:
        self.world = world
        self._host = host
        self._listeners: dict[str, Listener] = {}
        self._ports: dict[str, int] = {}
        self._sites: dict[str, Site] = {}
        plex_tv, app = PlexTvSite(world, self._address_of), SignInSite(world)
        try:
            self._start("plex.tv", plex_tv, port)
            self._start("app", app, port_app)
            for number, server in enumerate(world.servers):
                self._start(
                    _key(server), MediaServerSite(world, server), port_server and port_server + number
                )
        except OSError:
            self.stop()
            raise
        app.plex_tv_port = self._ports["plex.tv"]

    @property
    def plex_tv_url(self) -> str:
        return self._url("plex.tv")

    @property
    def app_url(self) -> str:
        return self._url("app")

    def server_url(self, machine_identifier: str = "") -> str:
        """Without a name, the first server's."""
        return self._address_of(self._server(machine_identifier))

    def switch_off(self, machine_identifier: str = "") -> None:
        """Connections to that server are refused from now on."""
        self._listeners.pop(_key(self._server(machine_identifier))).stop()

    def switch_on(self, machine_identifier: str = "") -> None:
        key = _key(self._server(machine_identifier))
        self._start(key, self._sites[key], self._ports[key])

    def switch_plex_tv_off(self) -> None:
        self._listeners.pop("plex.tv").stop()

    def switch_plex_tv_on(self) -> None:
        self._start("plex.tv", self._sites["plex.tv"], self._ports["plex.tv"])

    def stop(self) -> None:
        while self._listeners:
            self._listeners.popitem()[1].stop()

    def _start(self, key: str, site: Site, port: int) -> None:
        listener = Listener(site, self._host, port)
        self._listeners[key], self._sites[key], self._ports[key] = listener, site, listener.port

    def _server(self, machine_identifier: str) -> Server:
        servers = self.world.servers
        return next(s for s in servers if machine_identifier in {"", s.machine_identifier})

    def _address_of(self, server: Server) -> str:
        return self._url(_key(server))

    def _url(self, key: str) -> str:
        host = "127.0.0.1" if self._host in ANYWHERE else self._host
        return f"http://{f'[{host}]' if ':' in host else host}:{self._ports[key]}"


def _key(server: Server) -> str:
    return f"server {id(server)}"


@contextmanager
def serve(
    world: World, host: str = "127.0.0.1", port: int = 0, *, port_app: int = 0, port_server: int = 0
) -> Iterator[Running]:
    """`port` is plex.tv's; 0 means any free one. Further servers take the ports after `port_server`."""
    running = Running(world, host, port, port_app, port_server)
    try:
        yield running
    finally:
        running.stop()
