"""How a file is moved to the trash and back without ever overwriting another, and where it is by now."""

import ctypes
import errno
import os
import stat
from contextlib import suppress
from enum import Enum
from pathlib import Path

from accounts.wording import sentence as _
from deletions.removal.places import TRASH, Obstacle, Root, in_words, is_below

# Plex looks into no folder whose name begins with a dot. Where it did, this keeps it from finding anything.
IGNORE, IGNORE_ALL = ".plexignore", "*\n"
AT_FDCWD, RENAME_NOREPLACE = -100, 1
UNKNOWN_HERE = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP)


class Where(Enum):
    """Where one of the files is that were to go to the trash."""

    IN_PLACE = "still in its place"
    IN_TRASH = "in the trash"
    IN_BOTH = "in the trash, and another file is in its place"
    NOWHERE = "neither in its place nor in the trash"
    UNSEEN = "not to be seen. Is the disk mounted?"


def open_trash(root: Root) -> None:
    """Raises OSError."""
    root.trash.mkdir(exist_ok=True)
    ignore = root.trash / IGNORE
    if not os.path.lexists(ignore):
        ignore.write_text(IGNORE_ALL)


def move(source: Path, target: Path, root: Path) -> None:
    """Within one root, with the folders it takes, and never over another file. Raises Obstacle."""
    if not is_below(target.parent, root) or not is_below(source.parent, root):
        raise Obstacle(_("%(file)s leads out of %(folder)s.", file=target, folder=root))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _rename(source, target)
    except FileExistsError:
        raise Obstacle(_("Another file is in the way at %(file)s.", file=target)) from None
    except OSError as error:
        raise Obstacle(in_words(error, source)) from None
    for folder in (target.parent, source.parent):
        _flush(folder)


def _rename(source: Path, target: Path) -> None:
    """A plain rename overwrites without a word; between a look and a rename another program may write."""
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2:
        names = (AT_FDCWD, os.fsencode(source), AT_FDCWD, os.fsencode(target))
        if renameat2(*names, RENAME_NOREPLACE) == 0:
            return
        if (number := ctypes.get_errno()) not in UNKNOWN_HERE:
            raise OSError(number, os.strerror(number), str(target))
    if os.path.lexists(target):  # the best that such a file system has
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    source.rename(target)


def _flush(folder: Path) -> None:
    """A power cut must not undo what is about to be recorded. Not every file system knows this."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def where_is(place: Path, trashed: Path, size: int, root: Path) -> Where:
    """A file counts only with its size; whatever else is in its place is in its way."""
    try:
        here, there = _lstat(place), _lstat(trashed)
        if _is_it(there, size):
            return Where.IN_BOTH if here else Where.IN_TRASH
        if _is_it(here, size):
            return Where.IN_PLACE
        return Where.NOWHERE if _lstat(root / TRASH) else Where.UNSEEN
    except OSError:
        return Where.UNSEEN


def _lstat(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _is_it(found: os.stat_result | None, size: int) -> bool:
    return found is not None and stat.S_ISREG(found.st_mode) and found.st_size == size


def erase(trashed: Path, size: int, root: Path) -> None:
    """Remove a file from the trash for good, if it is the one that was put there. Raises Obstacle."""
    try:
        if not is_below(trashed.parent, root / TRASH) or not _is_it(_lstat(trashed), size):
            raise Obstacle(_("%(file)s is not the file that was put there.", file=trashed))
        trashed.unlink()
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise Obstacle(_("%(file)s cannot be removed: %(why)s.", file=trashed, why=why)) from None


def tidy(trashed: Path, root: Path) -> None:
    """Remove the folders that are empty now, up to the trash itself."""
    folder = trashed.parent
    with suppress(OSError):
        while folder != root / TRASH and folder.is_relative_to(root / TRASH):
            folder.rmdir()
            folder = folder.parent
