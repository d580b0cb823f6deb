"""The laws about files: they are those that were queued, and of several versions those somebody chose."""

from collections.abc import Collection
from datetime import datetime
from unicodedata import normalize

from deletions.facts import Facts, Objection
from deletions.models import Deletion, Hold
from deletions.removal import quarantine
from media.sync.values import file_size


def versions_settled(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    """Of several versions somebody has said which go, and they are still those he has seen."""
    if deletion.version:
        return _choice_stands(deletion, facts)
    if len(facts.versions) == 1 or Hold.VERSIONS in deletion.accepted:
        return None
    words = f"It has {len(facts.versions)} versions. Choose one, approve to delete all of them, or cancel."
    return Objection(Hold.VERSIONS, words)


def _choice_stands(deletion: Deletion, facts: Facts) -> Objection | None:
    files = [file for file in deletion.snapshot["files"] if file["path"] not in facts.went]
    then = {file.get("media_id") for file in files}
    today = {str(version.id or "") for version in facts.versions}
    if deletion.version in then - today:
        return Objection(Hold.VERSIONS, f"The chosen version is no longer there. {_left(today)}")
    if today != then or not today - {deletion.version}:
        words = f"Its versions are not those among which one was chosen. {_left(today)}"
        return Objection(Hold.VERSIONS, words)
    if shared := {file["path"] for file in deletion.files} & facts.staying:
        return Objection(Hold.VERSIONS, f"{min(shared)} belongs to another version too. {_left(today)}")
    return None


def _left(versions: set[str]) -> str:
    number = f"{len(versions)} versions are" if len(versions) > 1 else "Only one version is"
    return f"{number} there now. Choose again: approving deletes all that is there, cancelling keeps it."


def same_files(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    if not facts.parts or not all(part.file for part in facts.parts):
        return Objection(Hold.UNREADABLE, "Plex does not say which files it has.")
    files = [file for file in deletion.snapshot["files"] if file["path"] not in facts.went]
    then = {file["path"]: file["size"] for file in files}
    today = {part.file: file_size(part.size) for part in facts.parts}
    if unknown := [path for path, size in today.items() if size is None]:
        return Objection(Hold.UNREADABLE, f"Plex does not say how large the file {min(unknown)} is.")
    if difference := _difference(then, today):
        return Objection(Hold.CHANGED, difference)
    if lost := facts.lost - {*deletion.snapshot.get("went", [])}:
        return Objection(Hold.CHANGED, f"Plex cannot reach the file {min(lost)}. Is the disk mounted?")
    return None


def _difference(then: dict[str, int | None], today: dict[str, int | None]) -> str:
    for path in sorted(then.keys() - today.keys()):
        return _renamed(path, today.keys() - then.keys())
    for path in sorted(today.keys() - then.keys()):
        return f"The file {path} was not there when it was queued."
    for path in sorted(then):
        if then[path] != today[path]:
            before = "an unknown number of" if then[path] is None else then[path]
            return f"The file {path} had {before} bytes when it was queued and has {today[path]} now."
    return ""


def _renamed(path: str, others: Collection[str]) -> str:
    """Two names can look the same and be two files."""
    alike = next((other for other in sorted(others) if _folded(other) == _folded(path)), None)
    if alike is None:
        return f"The file {path} was there when it was queued and is not now."
    is_form = normalize("NFC", alike) == normalize("NFC", path)
    difference = "in how its letters are encoded" if is_form else "in capital and small letters"
    return f"The file {path} is called {alike} now. The two differ only {difference}, but they are two names."


def _folded(path: str) -> str:
    return normalize("NFC", normalize("NFC", path).casefold())


def trash_takes_it(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    """Where files go to the trash, none is deleted for good without a word."""
    if not facts.goes_to_trash or facts.is_lost:
        return None
    reason = quarantine.obstacle(deletion)
    return Objection(Hold.QUARANTINE, f"It cannot be moved to the trash: {reason}") if reason else None
