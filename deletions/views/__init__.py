from deletions.views.dashboard import dashboard
from deletions.views.queue import approve, cancel, queue, retry
from deletions.views.settings import settings

__all__ = ["approve", "cancel", "dashboard", "queue", "retry", "settings"]
