"""The folder that holds everything worth keeping: database, keys, messages, locks."""

import base64
import binascii
import fcntl
import os
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

GRACE = 2.0  # seconds the children of a killed Plaxe may take to follow it
MOUNTS = Path("/proc/self/mountinfo")
# SQLite's write-ahead log needs shared memory between processes, which these do not give.
NETWORK = {
    "afs", "beegfs", "ceph", "cifs", "fuse.glusterfs", "fuse.rclone", "fuse.sshfs", "glusterfs",
    "lustre", "nfs", "nfs4", "smb3", "smbfs",
}  # fmt: skip


def prepare(folder: Path) -> Path:
    folder = folder.expanduser().absolute()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):  # permissions do not tell of read-only mounts
            pass
    except OSError as error:
        raise ImproperlyConfigured(
            f"PLAXE_DATA_DIR is {folder}, where Plaxe cannot write: {error.strerror}. "
            "Let this user write there, or name another folder."
        ) from None
    return folder


def refuse_network(folder: Path, mounts: Path = MOUNTS) -> None:
    kind = file_system(folder, mounts)
    if kind in NETWORK:
        raise ImproperlyConfigured(
            f"PLAXE_DATA_DIR is {folder}, on a network mount ({kind}), where SQLite loses data. "
            "Name a folder on a local disk, or use PostgreSQL with DATABASE_URL."
        )


def file_system(folder: Path, mounts: Path = MOUNTS) -> str:
    """The type of the innermost mount the folder lies on; "" where the system does not tell."""
    if not mounts.exists():
        return ""
    best, kind = "", ""
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        left, _, right = line.partition(" - ")
        point = left.split()[4].replace(r"\040", " ")
        if folder.resolve().is_relative_to(point) and len(point) >= len(best):
            best, kind = point, right.split()[0]
    return kind


def private(database: Path) -> Path:
    """Its user alone may read it, and so what SQLite writes beside it: that gets the same mode."""
    with suppress(PermissionError):  # it belongs to another user, who has to see to that
        os.close(os.open(database, os.O_WRONLY | os.O_CREAT, 0o600))
        for path in (database, *(database.with_name(f"{database.name}-{kind}") for kind in ("wal", "shm"))):
            with suppress(FileNotFoundError):
                path.chmod(0o600)
    return database


def secret(path: Path, make: Callable[[], str]) -> str:
    """What the file holds; made once, whole or not at all, also when two processes start together."""
    if not path.exists():
        _create(path, make())
    try:
        value = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        value = ""
    if not value:
        raise ImproperlyConfigured(f"{path} is empty or cannot be read. Restore it from a backup.")
    return value


def replace(path: Path, value: str) -> None:
    """Whole or not at all."""
    _drafted(path, value).replace(path)


def _drafted(path: Path, value: str) -> Path:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(value + "\n")
        file.flush()
        os.fsync(file.fileno())
    return draft


def _create(path: Path, value: str) -> None:
    draft = _drafted(path, value)
    try:
        os.link(draft, path)  # unlike a rename this never replaces what another process made first
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def new_encryption_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def encryption_keys(text: str, *, source: str) -> list[str]:
    """Keys separated by commas or lines, newest first."""
    keys = text.replace(",", " ").split()
    for number, key in enumerate(keys, start=1):
        if not _is_key(key):
            raise ImproperlyConfigured(
                f"{source} must hold keys of 32 bytes in base64url; number {number} is something else."
            )
    return keys


def _is_key(key: str) -> bool:
    try:
        return len(base64.b64decode(key, altchars=b"-_", validate=True)) == 32
    except (binascii.Error, ValueError):
        return False


@contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold the lock file; the system lets go of it when the process ends, however it ends."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(descriptor)


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Two supervisors on one data folder would do everything twice."""
    path = folder / "plaxe.lock"
    deadline = time.monotonic() + GRACE
    with ExitStack() as stack:
        while not _entered(stack, locked(path, wait=False)):
            if time.monotonic() > deadline:
                raise ImproperlyConfigured(
                    f"Plaxe already runs on {folder} (process {path.read_text().strip() or 'unknown'}). "
                    "Stop it first, or give this one a folder of its own with PLAXE_DATA_DIR."
                )
            time.sleep(0.1)
        path.write_text(str(os.getpid()))
        yield


def _entered(stack: ExitStack, lock: AbstractContextManager[None]) -> bool:
    try:
        stack.enter_context(lock)
    except BlockingIOError:
        return False
    return True
