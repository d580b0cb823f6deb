from deletions.views.activity import activity, download
from deletions.views.brake import approve_stopped, brake
from deletions.views.dashboard import dashboard
from deletions.views.queue import approve, cancel, hasten, keep, queue, retry
from deletions.views.settings import settings
from deletions.views.simulation import simulation
from deletions.views.space import change_space, space

__all__ = [
    "activity", "approve", "approve_stopped", "brake", "cancel", "change_space", "dashboard", "download",
    "hasten", "keep", "queue", "retry", "settings", "simulation", "space",
]  # fmt: skip
