"""That more webhooks come than are let in is said once a minute, with how many, and not of each of them."""

import logging
from collections import Counter
from threading import Lock, Timer

logger = logging.getLogger(__name__)

MINUTE = 60.0
TOLD = 10  # addresses, of however many


class Refusals:
    """Of one process, counted from the first until a minute later."""

    def __init__(self, gather: float = MINUTE) -> None:
        self._gather = gather
        self._numbers: Counter[str] = Counter()
        self._lock = Lock()

    def count(self, address: str) -> None:
        with self._lock:
            is_first = not self._numbers
            self._numbers[address] += 1
        if is_first:
            timer = Timer(self._gather, self._tell)
            timer.daemon = True
            timer.start()

    def _tell(self) -> None:
        with self._lock:
            numbers, self._numbers = self._numbers, Counter()
        for address, number in numbers.most_common(TOLD):
            logger.warning("%s: %d webhooks within a minute were too many and refused.", address, number)
        if (others := len(numbers) - TOLD) > 0:
            logger.warning("So it was with %d more addresses.", others)


refusals = Refusals()
