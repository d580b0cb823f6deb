from deletions.views.alarms import accept_history
from deletions.views.dashboard import dashboard
from deletions.views.queue import approve, cancel, queue, retry
from deletions.views.settings import settings

__all__ = ["accept_history", "approve", "cancel", "dashboard", "queue", "retry", "settings"]
