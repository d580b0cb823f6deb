"""Typed values of the wire: frozen, times aware, missing is None, () or an empty text."""

from plexclient.types.library import Guid, Image, ItemType, Location, Media, Metadata, Part, Section, Tag
from plexclient.types.people import Account, Friend, HomeUser, LocalAccount, Person, Pin, SharedServer
from plexclient.types.servers import Connection, Identity, Resource, Root
from plexclient.types.watching import HISTORY, Play, Session

__all__ = [
    "HISTORY",
    "Account",
    "Connection",
    "Friend",
    "Guid",
    "HomeUser",
    "Identity",
    "Image",
    "ItemType",
    "LocalAccount",
    "Location",
    "Media",
    "Metadata",
    "Part",
    "Person",
    "Pin",
    "Play",
    "Resource",
    "Root",
    "Section",
    "Session",
    "SharedServer",
    "Tag",
]
