"""What a row says, compared with what really happened on the server."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from deletions.models import AuditEntry, Deletion, Status

# What the record says last of a row in this state. One on its way may have any: what stops a whole server is
# recorded of the server.
LAST_WORD = {
    Status.DELETED: "deleted",
    Status.GONE: "gone",
    Status.FAILED: "failed",
    Status.CANCELLED: "cancelled",
}
NOT_THERE = (Status.DELETED, Status.GONE)


@dataclass(frozen=True)
class Told:
    """What the row and the record of one deletion tell."""

    key: str
    title: str
    status: str
    words: str
    claims: int
    sent: int
    counted: int
    verbs: list[str]
    freed: list[int]

    @classmethod
    def of(cls, row: Deletion) -> "Told":
        entries = list(AuditEntry.objects.filter(deletion=row).order_by("pk"))
        return cls(
            key=row.rating_key,
            title=row.title,
            status=row.status,
            words=f"{row.held_because}{row.failure}",
            claims=row.fence,
            sent=row.deletes_sent,
            counted=row.freed,
            verbs=[entry.verb for entry in entries],
            freed=[entry.bytes or 0 for entry in entries if entry.verb in {"deleted", "gone"}],
        )


def lies(told: Told, *, is_there: bool, deletes: int) -> Iterator[str]:
    """Wherever the row contradicts the server or itself. `deletes` is how many DELETEs arrived there."""
    if is_there and told.status in NOT_THERE:
        yield f"{told.status} while it is there"
    if not is_there and told.status in {Status.FAILED, Status.CANCELLED}:
        yield f"{told.status} while it is gone"
    if not deletes <= told.sent <= told.claims:
        yield f"{deletes} DELETEs arrived, {told.sent} were written down, of {told.claims} claims"
    if told.status in {Status.FAILED, Status.HELD} and not told.words:
        yield f"{told.status} without a word"
    yield from _contradictions(told)


def _contradictions(told: Told) -> Iterator[str]:
    verbs = Counter(told.verbs)
    last = told.verbs[-1]
    if last != LAST_WORD.get(Status(told.status), last):
        yield f"{told.status}, and the record says last {last}"
    if verbs["sent"] != told.sent:
        yield f"{told.sent} DELETEs written down, {verbs['sent']} recorded"
    if sum(told.freed) != told.counted or (told.freed and told.status not in NOT_THERE):
        yield f"{told.status}, {told.freed} bytes recorded as freed and {told.counted} counted"


def miscounted(group: list[Told], size: int) -> Iterator[str]:
    """What goes together frees its bytes once, and only when it went by us."""
    freed = sum(told.counted for told in group)
    is_ours = Status.DELETED in {told.status for told in group}
    if freed != (size if is_ours else 0):
        yield f"{freed} bytes freed, of {size}"
