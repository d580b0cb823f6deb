from deletions.models.audit import AuditEntry
from deletions.models.deletion import OPEN, PASSING, STICKY, Deletion, Hold, Status
from deletions.models.policy import Policy

__all__ = ["OPEN", "PASSING", "STICKY", "AuditEntry", "Deletion", "Hold", "Policy", "Status"]
