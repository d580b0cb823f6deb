"""The laws about files: they are those that were queued, and of several versions those somebody chose."""

from collections.abc import Collection
from datetime import datetime
from unicodedata import normalize

from accounts.wording import counted as ngettext
from accounts.wording import sentence as _
from accounts.wording import together
from deletions.facts import Facts, Objection
from deletions.models import Deletion, Hold
from deletions.removal import quarantine
from media.sync.values import file_size


def versions_settled(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    """Of several versions somebody has said which go, and they are still those he has seen."""
    if not facts.versions:
        return Objection(Hold.UNREADABLE, _("Plex does not say which files it has."))
    if deletion.version:
        return _choice_stands(deletion, facts)
    if len(facts.versions) == 1 or Hold.VERSIONS in deletion.accepted:
        return None
    words = _(
        "It has %(n)s versions. Choose one, approve to delete all of them, or cancel.", n=len(facts.versions)
    )
    return Objection(Hold.VERSIONS, words)


def _choice_stands(deletion: Deletion, facts: Facts) -> Objection | None:
    files = [file for file in deletion.snapshot["files"] if file["path"] not in facts.went]
    then = {file.get("media_id") for file in files}
    today = {str(version.id or "") for version in facts.versions}
    if deletion.version in then - today:
        return Objection(Hold.VERSIONS, together([_("The chosen version is no longer there."), _left(today)]))
    if today != then or not today - {deletion.version}:
        words = _("Its versions are not those among which one was chosen.")
        return Objection(Hold.VERSIONS, together([words, _left(today)]))
    if shared := {file["path"] for file in deletion.files} & facts.staying:
        words = _("%(file)s belongs to another version too.", file=min(shared))
        return Objection(Hold.VERSIONS, together([words, _left(today)]))
    return None


def _left(versions: set[str]) -> str:
    return ngettext(
        "Only one version is there now. Choose again: approving deletes all that is there, cancelling keeps "
        "it.",
        "%(n)s versions are there now. Choose again: approving deletes all that is there, cancelling keeps "
        "it.",
        max(len(versions), 1),
    )


def same_files(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    if not facts.parts or not all(part.file for part in facts.parts):
        return Objection(Hold.UNREADABLE, _("Plex does not say which files it has."))
    files = [file for file in deletion.snapshot["files"] if file["path"] not in facts.went]
    then = {file["path"]: file["size"] for file in files}
    today = {part.file: file_size(part.size) for part in facts.parts}
    if unknown := [path for path, size in today.items() if size is None]:
        words = _("Plex does not say how large the file %(file)s is.", file=min(unknown))
        return Objection(Hold.UNREADABLE, words)
    if difference := _difference(then, today):
        return Objection(Hold.CHANGED, difference)
    if lost := facts.lost - {*deletion.snapshot.get("went", [])}:
        words = _("Plex cannot reach the file %(file)s. Is the disk mounted?", file=min(lost))
        return Objection(Hold.CHANGED, words)
    return None


def _difference(then: dict[str, int | None], today: dict[str, int | None]) -> str:
    for path in sorted(then.keys() - today.keys()):
        return _renamed(path, today.keys() - then.keys())
    for path in sorted(today.keys() - then.keys()):
        return _("The file %(file)s was not there when it was queued.", file=path)
    for path in sorted(then):
        if then[path] != today[path]:
            return _(
                "The file %(file)s had %(before)s bytes when it was queued and has %(now)s now.",
                file=path,
                before=_("an unknown number of") if then[path] is None else then[path],
                now=today[path],
            )
    return ""


def _renamed(path: str, others: Collection[str]) -> str:
    """Two names can look the same and be two files."""
    alike = next((other for other in sorted(others) if _folded(other) == _folded(path)), None)
    if alike is None:
        return _("The file %(file)s was there when it was queued and is not now.", file=path)
    is_form = normalize("NFC", alike) == normalize("NFC", path)
    if is_form:
        return _(
            "The file %(file)s is called %(other)s now. The two differ only in how their letters are "
            "encoded, but they are two names.",
            file=path,
            other=alike,
        )
    return _(
        "The file %(file)s is called %(other)s now. The two differ only in capital and small letters, but "
        "they are two names.",
        file=path,
        other=alike,
    )


def _folded(path: str) -> str:
    return normalize("NFC", normalize("NFC", path).casefold())


def trash_takes_it(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    """Where files go to the trash, none is deleted for good without a word."""
    if not facts.goes_to_trash or facts.is_lost:
        return None
    reason = quarantine.obstacle(deletion)
    words = _("It cannot be moved to the trash: %(why)s", why=reason)
    return Objection(Hold.QUARANTINE, words) if reason else None
