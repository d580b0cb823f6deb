"""The plays a demo server remembers, in the order it wrote them."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from plexclient.demo.library import Item, Kind


@dataclass(eq=False, slots=True)
class Row:
    """What stays of a play; its keys show only while the item still exists."""

    id: int
    account_id: int
    rating_key: str
    type: Kind
    title: str
    section_key: str
    viewed_at: int
    device_id: int | None = None
    index: int | None = None
    parent_index: int | None = None
    parent_key: str | None = None
    grandparent_key: str | None = None
    grandparent_title: str = ""
    originally_available_at: str = ""

    def renumber(self, keys: dict[str, str]) -> None:
        """Its items have these keys now."""
        self.rating_key = keys.get(self.rating_key, self.rating_key)
        self.parent_key = keys.get(self.parent_key or "", self.parent_key)
        self.grandparent_key = keys.get(self.grandparent_key or "", self.grandparent_key)


def row_of(row_id: int, account_id: int, item: Item, viewed_at: int, device_id: int | None) -> Row:
    season = item.parent
    show = season.parent if season else None
    return Row(
        id=row_id,
        account_id=account_id,
        rating_key=item.rating_key,
        type=item.type,
        title=item.title,
        section_key=item.section.key,
        viewed_at=viewed_at,
        device_id=device_id,
        index=item.index,
        parent_index=season.index if season else None,
        parent_key=season.rating_key if season else None,
        grandparent_key=show.rating_key if show else None,
        grandparent_title=show.title if show else "",
        originally_available_at=item.originally_available_at,
    )


class History:
    """Rows by id. The oldest `made` of them may be made on the fly, so that millions cost nothing."""

    def __init__(self, made: int = 0, make: Callable[[int], Row] | None = None) -> None:
        self._made = made
        self._make = make
        self._rows: list[Row] = []
        self._in_order = True
        self._next_id = made + 1

    def __len__(self) -> int:
        return self._made + len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return (self[position] for position in range(len(self)))

    def __getitem__(self, position: int) -> Row:
        if position < 0:
            position += len(self)
        if position >= self._made or self._make is None:
            return self._rows[position - self._made]
        return self._make(position)

    def next_id(self) -> int:
        return self._next_id

    def append(self, row: Row) -> None:
        if len(self) and row.viewed_at < self[-1].viewed_at:
            self._in_order = False
        self._rows.append(row)
        self._next_id = max(self._next_id, row.id + 1)

    def find(self, row_id: int) -> Row | None:
        if row_id <= self._made:
            return self[row_id - 1] if row_id >= 1 else None
        return next((row for row in self._rows if row.id == row_id), None)

    def remove(self, row: Row) -> None:
        self._rows = [kept for kept in self._rows if kept is not row]

    def clear(self) -> None:
        self._made = 0
        self._rows = []

    def since(self, moment: int, *, descending: bool) -> "Window | None":
        """The rows viewed at or after the moment, if all rows happen to lie in that order."""
        if not self._in_order:
            return None
        start = bisect_left(self, moment, key=lambda row: row.viewed_at)
        positions = range(start, len(self))
        return Window(self, positions[::-1] if descending else positions)


class Window(Sequence[Row]):
    """Some rows of a history, made only when looked at."""

    def __init__(self, history: History, positions: range) -> None:
        self._history = history
        self._positions = positions

    def __len__(self) -> int:
        return len(self._positions)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> "Window": ...
    def __getitem__(self, index: int | slice) -> "Row | Window":
        if isinstance(index, slice):
            return Window(self._history, self._positions[index])
        return self._history[self._positions[index]]
