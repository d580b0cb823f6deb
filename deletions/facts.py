"""What the server says of one deletion at the trigger, and what may be said against it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from accounts.tokens import ViewerTokens
from accounts.wording import told
from deletions.keeping import Above
from deletions.models import Deletion, Hold, Policy
from plexclient.errors import NotFound, PlexError
from plexclient.server import PlexMediaServer
from plexclient.types import Media, Metadata, Part, Root, Section, Session

T = TypeVar("T")


class Vanished(Exception):  # noqa: N818 -- good news, not an error
    """The server, proved to be the right one, says that the title is not there."""


class NoAnswer(Exception):  # noqa: N818
    """The server itself cannot be read, whatever the title."""


@dataclass(frozen=True)
class Objection:
    hold: Hold
    text: str
    waits_anew: bool = False  # as of a deletion


class Facts:
    """What the server says about one deletion at this moment. Read when first asked for, then kept.

    Raises NoAnswer where the server says nothing of itself, PlexError where it says nothing of the title.
    """

    def __init__(
        self, client: PlexMediaServer, deletion: Deletion, tokens: ViewerTokens, above: Above | None = None
    ) -> None:
        self.client, self.deletion, self.tokens, self.above = client, deletion, tokens, above or Above(client)

    @cached_property
    def root(self) -> Root:
        return _of_itself(self.client.root)

    @cached_property
    def sessions(self) -> list[Session]:
        return _of_itself(self.client.sessions)

    @cached_property
    def sections(self) -> dict[str, Section]:
        return {row.key: row for row in _of_itself(self.client.sections)}

    @cached_property
    def metadata(self) -> Metadata:
        try:
            return self.client.metadata(self.deletion.rating_key, check_files=True)
        except NotFound:
            raise Vanished from None

    @cached_property
    def versions(self) -> list[Media]:
        return [media for media in self.metadata.media if not media.is_optimised]

    @cached_property
    def parts(self) -> list[Part]:
        return [part for version in self.versions for part in version.parts]

    @cached_property
    def lost(self) -> set[str]:
        """Files that are in Plex and not on the disk."""
        return {part.file for part in self.parts if part.exists is False or part.accessible is False}

    @cached_property
    def went(self) -> set[str]:
        """Files that went with another title that shared them, and that Plex has noticed to be gone."""
        return {*self.deletion.snapshot.get("went", [])} - {part.file for part in self.parts}

    @cached_property
    def goes_to_trash(self) -> bool:
        """Instead of being deleted. Where that cannot be, somebody may have said to delete it."""
        return Policy.load().quarantine and Hold.QUARANTINE not in self.deletion.accepted

    @property
    def staying(self) -> set[str]:
        """Files of the versions that were not chosen."""
        others = (each for each in self.versions if str(each.id or "") != self.deletion.version)
        return {part.file for each in others for part in each.parts}

    @property
    def is_lost(self) -> bool:
        """Of what is to go nothing is there any more."""
        return {file["path"] for file in self.deletion.files} <= self.lost | self.went


def _of_itself(ask: Callable[[], T]) -> T:
    try:
        return ask()
    except PlexError as error:
        raise NoAnswer(told(error)) from None


Law = Callable[[Deletion, Facts, datetime], Objection | None]
