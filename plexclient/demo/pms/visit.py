"""One request to a media server: who asks, and how answers are wrapped."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any

from plexclient.demo.library import Item, Section
from plexclient.demo.people import Person
from plexclient.demo.server import OWNER_ACCOUNT, Server
from plexclient.demo.web import Request, Response, html_error, json_response, xml_container, xml_response
from plexclient.demo.world import World


@dataclass(frozen=True)
class Visit:
    world: World
    server: Server
    request: Request
    person: Person | None

    @property
    def is_owner(self) -> bool:
        return self.person is self.server.owner

    @property
    def account_id(self) -> int:
        if self.is_owner or self.person is None:
            return OWNER_ACCOUNT
        return self.person.plex_id

    def sees(self, section: Section) -> bool:
        return self.person is not None and self.server.opened_to(self.person, section.key)

    def item(self, rating_key: str) -> Item | None:
        item = self.server.items.get(rating_key)
        return item if item and self.sees(item.section) else None

    def flag(self, name: str) -> bool:
        return self.request.argument(name) in {"1", "true"}

    def container(self, content: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
        response = (
            json_response({"MediaContainer": content})
            if self.request.wants_json
            else xml_response(xml_container(content))
        )
        return replace(response, headers=headers or {})


View = Callable[..., Response]


def for_viewers(view: View) -> View:
    """401 for whoever the token does not name here."""

    @wraps(view)
    def guarded(visit: Visit, *arguments: str) -> Response:
        return view(visit, *arguments) if visit.person else html_error(401)

    return guarded


def for_owner(view: View) -> View:
    @wraps(view)
    def guarded(visit: Visit, *arguments: str) -> Response:
        return view(visit, *arguments) if visit.is_owner else html_error(403)

    return for_viewers(guarded)
