from deletions.execution.passes import ExecuteReport, execute_due
from deletions.execution.single import execute, settle
from deletions.removal import is_gone

__all__ = ["ExecuteReport", "execute", "execute_due", "is_gone", "settle"]
