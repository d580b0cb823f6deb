from deletions.views.alarms import accept_history
from deletions.views.dashboard import dashboard
from deletions.views.queue import approve, approve_braked, cancel, queue, retry
from deletions.views.settings import settings

__all__ = [
    "accept_history", "approve", "approve_braked", "cancel", "dashboard", "queue", "retry", "settings",
]  # fmt: skip
