"""Hold what a library's rule keeps, without asking the server after it."""

from collections import defaultdict
from collections.abc import Iterable

from django.db import transaction

from deletions import queue
from deletions.models import Deletion, Hold
from deletions.space.gauge import ROOM
from deletions.telling import tell_kept
from media.models import LibrarySection


def hold_kept(rows: Iterable[Deletion], kept: dict[int, str]) -> int:
    """What waits for a reason of its own keeps that. Returns how many are held."""
    groups: dict[tuple[LibrarySection, str], list[Deletion]] = defaultdict(list)
    for row in rows:
        if row.pk in kept and row.is_going and row.item:
            groups[row.item.section, kept[row.pk]].append(row)
    for (section, words), group in groups.items():
        _hold(section, words, group)
    return sum(len(group) for group in groups.values())


@transaction.atomic
def _hold(section: LibrarySection, words: str, rows: list[Deletion]) -> None:
    is_news = _is_news(section, words)
    fresh = [row for row in rows if (row.hold, row.held_because) != (Hold.SPACE, words)]
    if queue.hold_together(fresh, Hold.SPACE, words) and is_news:
        tell_kept(section, rows, words)


def _is_news(section: LibrarySection, words: str) -> bool:
    """Not how much room there is: that there is, and that nobody can say."""
    waiting = Deletion.objects.held().filter(hold=Hold.SPACE, item__section=section)
    said = waiting.values_list("held_because", flat=True).distinct()
    return words.startswith(ROOM) not in {before.startswith(ROOM) for before in said}
