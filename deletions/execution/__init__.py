from deletions.execution.passes import ExecuteReport, execute_due
from deletions.execution.single import execute, settle

__all__ = ["ExecuteReport", "execute", "execute_due", "settle"]
