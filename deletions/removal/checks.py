"""Whether a file can go to the trash.

Names are compared as bytes: one in another unicode form, or in other letters, is another name, whatever the
file system makes of it.
"""

import os
import stat
import unicodedata
from pathlib import Path

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
        raise Obstacle(f"Something is in the trash at {target} already.")


def _check_names(spot: Spot) -> None:
    folder = spot.root.folder
    for part in spot.parts:
        names = {os.fsencode(found.name) for found in folder.iterdir()}
        if part.encode() not in names:
            alike = [name for name in names if _folded(os.fsdecode(name)) == _folded(part)]
            reason = "has its name written in another way on the disk." if alike else "is not to be seen."
            raise Obstacle(f"{folder / part} {reason}{'' if alike else ' Is the disk mounted?'}")
        folder /= part


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _check_file(spot: Spot, size: int | None) -> None:
    place = spot.place
    if not is_below(place.parent, spot.root.folder):
        raise Obstacle(f"{place} leads out of {spot.root.folder}.")
    found = place.lstat()
    if not stat.S_ISREG(found.st_mode):
        raise Obstacle(
            f"{place} is no plain file but {'a link' if place.is_symlink() else 'something else'}."
        )
    if size is None:
        raise Obstacle(f"Plex does not say how large {place} is.")
    if found.st_size != size:
        raise Obstacle(f"{place} has {found.st_size} bytes on the disk and {size} in Plex.")


def _check_trash(spot: Spot) -> None:
    trash = spot.root.trash
    holder = trash if os.path.lexists(trash) else spot.root.folder
    if not stat.S_ISDIR(holder.lstat().st_mode) and holder == trash:
        raise Obstacle(f"{trash} is no folder.")
    if holder.stat().st_dev != spot.place.stat().st_dev:
        raise Obstacle(f"{spot.place} is on another file system than {trash}.")
    for folder in (holder, spot.place.parent):
        if not os.access(folder, os.W_OK | os.X_OK):
            raise Obstacle(f"Plaxe may not write to {folder}.")
