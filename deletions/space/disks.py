"""How much is free on the disk of a folder. A disk that is away may not answer at all, for ever."""

import shutil
from pathlib import Path
from threading import Lock, Thread

PATIENCE = 5.0  # seconds

_asking: dict[str, Thread] = {}
_lock = Lock()


class Unknown(Exception):  # noqa: N818
    """In words: why nobody can say how much is free."""


def free_bytes(path: str, mount: str) -> int:
    """For whoever is not root. Raises Unknown when that cannot be found out, or it is another disk by now."""
    found = _ask(path)
    if isinstance(found, OSError):
        reason = found.strerror or type(found).__name__
        raise Unknown(f"The folder {path} cannot be read: {reason}.")
    free, today = found
    if today != mount:
        raise Unknown(f"The disk of {path} was mounted at {mount} and is not. Is it switched on?")
    return free


def mount_of(path: str) -> str:
    """Where the folder's disk is mounted. Raises Unknown as above."""
    found = _ask(path)
    if isinstance(found, OSError):
        raise Unknown(f"The folder {path} cannot be read: {found.strerror or type(found).__name__}.")
    return found[1]


def _ask(path: str) -> tuple[int, str] | OSError:
    """In a thread of its own, which may never come back; then there is one of them and no more."""
    answers: list[tuple[int, str] | OSError] = []
    with _lock:
        if path in _asking and _asking[path].is_alive():
            return OSError(0, "the disk does not answer")
        thread = _asking[path] = Thread(target=lambda: answers.append(_look(path)), daemon=True)
        thread.start()
    thread.join(PATIENCE)
    return answers[0] if answers else OSError(0, "the disk does not answer")


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
