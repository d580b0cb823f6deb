"""Whether a file can go to the trash.

Names are compared as bytes: one in another unicode form, or in other letters, is another name, whatever the
file system makes of it.
"""

import os
import stat
import unicodedata
from pathlib import Path

from accounts.wording import sentence as _
from deletions.removal.places import Obstacle, Spot, in_words, is_below


def check(spot: Spot, size: int | None, target: Path) -> None:
    """Whether the file can go to the target in its trash. Changes nothing; raises Obstacle where not."""
    try:
        _check_names(spot)
        _check_file(spot, size)
        _check_trash(spot)
    except OSError as error:
        raise Obstacle(in_words(error, spot.place)) from None
    if os.path.lexists(target):
        raise Obstacle(_("Something is in the trash at %(file)s already.", file=target))


def _check_names(spot: Spot) -> None:
    folder = spot.root.folder
    for part in spot.parts:
        names = {os.fsencode(found.name) for found in folder.iterdir()}
        if part.encode() not in names:
            alike = [name for name in names if _folded(os.fsdecode(name)) == _folded(part)]
            if alike:
                words = _("%(file)s has its name written in another way on the disk.", file=folder / part)
            else:
                words = _("%(file)s is not to be seen. Is the disk mounted?", file=folder / part)
            raise Obstacle(words)
        folder /= part


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _check_file(spot: Spot, size: int | None) -> None:
    place = spot.place
    if not is_below(place.parent, spot.root.folder):
        raise Obstacle(_("%(file)s leads out of %(folder)s.", file=place, folder=spot.root.folder))
    found = place.lstat()
    if not stat.S_ISREG(found.st_mode):
        if place.is_symlink():
            raise Obstacle(_("%(file)s is no plain file but a link.", file=place))
        raise Obstacle(_("%(file)s is no plain file but something else.", file=place))
    if size is None:
        raise Obstacle(_("Plex does not say how large the file %(file)s is.", file=place))
    if found.st_size != size:
        words = _(
            "%(file)s has %(here)s bytes on the disk and %(there)s in Plex.",
            file=place, here=found.st_size, there=size,
        )  # fmt: skip
        raise Obstacle(words)


def _check_trash(spot: Spot) -> None:
    trash = spot.root.trash
    holder = trash if os.path.lexists(trash) else spot.root.folder
    if not stat.S_ISDIR(holder.lstat().st_mode) and holder == trash:
        raise Obstacle(_("%(file)s is no folder.", file=trash))
    if holder.stat().st_dev != spot.place.stat().st_dev:
        words = _("%(file)s is on another file system than %(trash)s.", file=spot.place, trash=trash)
        raise Obstacle(words)
    for folder in (holder, spot.place.parent):
        if not os.access(folder, os.W_OK | os.X_OK):
            raise Obstacle(_("Plaxe may not write to %(folder)s.", folder=folder))
