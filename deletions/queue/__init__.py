"""What happens next: complete titles enter the queue, what is no longer complete is held, people decide."""

from deletions.queue.cancelled import declined_elsewhere
from deletions.queue.giving_up import give_up, is_unsettled
from deletions.queue.moves import hold, hold_together, missing
from deletions.queue.passes import EnqueueReport, enqueue_complete
from deletions.queue.verbs import approve, cancel, hasten, let_go, retry

__all__ = [
    "EnqueueReport", "approve", "cancel", "declined_elsewhere", "enqueue_complete", "give_up", "hasten",
    "hold", "hold_together", "is_unsettled", "let_go", "missing", "retry",
]  # fmt: skip
