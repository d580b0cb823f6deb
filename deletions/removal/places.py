"""Where the files of a server are for Plaxe, and where its trash is beside them."""

import errno
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from accounts.wording import sentence as _

TRASH = ".plaxe-trash"
NOT_ALLOWED = (errno.EACCES, errno.EPERM, errno.EROFS)


class Obstacle(Exception):  # noqa: N818 -- expected, and told to people
    """Why a file cannot be moved, in words."""


@dataclass(frozen=True)
class Root:
    """A folder that a media server and Plaxe both see."""

    name: str  # as the server names it
    folder: Path  # as Plaxe does

    @property
    def trash(self) -> Path:
        return self.folder / TRASH

    def parts_of(self, path: str) -> tuple[str, ...]:
        """What leads from here to a path of the server; nothing when it does not lie below."""
        separator = "/" if self.name.startswith("/") else "\\"
        head = self.name.removesuffix(separator) + separator
        return tuple(path.removeprefix(head).split(separator)) if path.startswith(head) else ()


@dataclass(frozen=True)
class Spot:
    """Where a file of the server is for Plaxe."""

    root: Root
    parts: tuple[str, ...]

    @property
    def place(self) -> Path:
        return self.root.folder.joinpath(*self.parts)

    def trashed_as(self, name: str) -> Path:
        return self.root.trash.joinpath(name, *self.parts)


def spot_of(path: str, roots: Iterable[Root]) -> Spot:
    """Raises Obstacle. Of several roots the nearest counts."""
    below = [(root, parts) for root in roots if (parts := root.parts_of(path))]
    if not below:
        raise Obstacle(_("%(file)s lies in none of the folders that PLAXE_MEDIA_ROOTS names.", file=path))
    root, parts = max(below, key=lambda found: len(found[0].name))
    if any(part in ("", ".", "..") or "/" in part or not _is_writable(part) for part in parts):
        raise Obstacle(_("%(file)s is no plain path.", file=repr(path)))
    if parts[0] == TRASH:
        raise Obstacle(_("%(file)s is in the trash already.", file=path))
    return Spot(root, parts)


def _is_writable(name: str) -> bool:
    try:
        return b"\0" not in name.encode()
    except UnicodeEncodeError:
        return False


def is_below(path: Path, folder: Path) -> bool:
    """Once all links are followed; the folder itself is."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def in_words(error: OSError, path: Path) -> str:
    if error.errno == errno.EXDEV:
        return _("%(file)s is on another file system than its trash.", file=path)
    if error.errno in NOT_ALLOWED:
        return _("Plaxe may not move %(file)s: %(why)s.", file=path, why=os.strerror(error.errno))
    reason = os.strerror(error.errno) if error.errno else type(error).__name__
    return _("%(file)s cannot be moved: %(why)s.", file=path, why=reason)
