"""How much is free on the disk of a folder. A disk that is away may not answer at all, for ever."""

import shutil
from pathlib import Path
from threading import Lock, Thread

from accounts.wording import sentence as _

PATIENCE = 5.0  # seconds

SILENT = _("the disk does not answer")

_asking: dict[str, Thread] = {}
_lock = Lock()


class Unknown(Exception):  # noqa: N818
    """In words: why nobody can say how much is free."""


def free_bytes(path: str, mount: str) -> int:
    """For whoever is not root. Raises Unknown when that cannot be found out, or it is another disk by now."""
    found = _ask(path)
    if isinstance(found, OSError):
        raise _unreadable(path, found)
    free, today = found
    if today != mount:
        words = _(
            "The disk of %(path)s was mounted at %(mount)s and is not. Is it switched on?",
            path=path,
            mount=mount,
        )
        raise Unknown(words)
    return free


def mount_of(path: str) -> str:
    """Where the folder's disk is mounted. Raises Unknown as above."""
    found = _ask(path)
    if isinstance(found, OSError):
        raise _unreadable(path, found)
    return found[1]


def _unreadable(path: str, error: OSError) -> Unknown:
    reason = error.strerror or type(error).__name__
    return Unknown(_("The folder %(path)s cannot be read: %(why)s.", path=path, why=reason))


def _ask(path: str) -> tuple[int, str] | OSError:
    """In a thread of its own, which may never come back; then there is one of them and no more."""
    answers: list[tuple[int, str] | OSError] = []
    with _lock:
        if path in _asking and _asking[path].is_alive():
            return OSError(0, SILENT)
        thread = _asking[path] = Thread(target=lambda: answers.append(_look(path)), daemon=True)
        thread.start()
    thread.join(PATIENCE)
    return answers[0] if answers else OSError(0, SILENT)


def _look(path: str) -> tuple[int, str] | OSError:
    try:
        folder = Path(path).resolve(strict=True)
        free = shutil.disk_usage(folder).free
        mount = next(place for place in (folder, *folder.parents) if place.is_mount())
    except OSError as error:
        return error
    except (ValueError, RuntimeError) as error:  # a NUL in it, or links in a circle
        return OSError(0, str(error))
    return free, str(mount)
