from deletions.models.audit import AuditEntry
from deletions.models.deletion import Deletion
from deletions.models.feed import CalendarFeed
from deletions.models.own_policy import OwnPolicy
from deletions.models.policy import Effective, Policy
from deletions.models.space import SpaceRule
from deletions.models.states import OPEN, PASSING, SERVERS, STICKY, Hold, Status
from deletions.models.trash import Quarantined, QuarantinedFile

__all__ = [
    "OPEN", "PASSING", "SERVERS", "STICKY", "AuditEntry", "CalendarFeed", "Deletion", "Effective", "Hold",
    "OwnPolicy", "Policy", "Quarantined", "QuarantinedFile", "SpaceRule", "Status",
]  # fmt: skip
