from deletions.views.dashboard import dashboard
from deletions.views.queue import approve, approve_braked, cancel, queue, retry
from deletions.views.settings import settings

__all__ = ["approve", "approve_braked", "cancel", "dashboard", "queue", "retry", "settings"]
