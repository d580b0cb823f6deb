"""Does a rating key still mean the title it meant when Plaxe last looked?

A key is the number of a row in the server's database. It survives a refresh, an edit and a new match, but
after a rebuild or a restored backup it can stand for another title, and that title must not inherit who was
to see the old one, nor who did. So a key whose type changed always gets a new row, and one whose guid changed
keeps its row only on evidence: the same file, a common external id, the same season of the same show, the
same name under a new agent. Without evidence the old row loses the key and is gone, and a new row begins with
nothing. The mistake that is left is harmless: somebody has to be assigned again, and until then nothing goes.
"""

from media.guids import agent_of, is_matched
from media.models import MediaItem
from media.sync.values import guid_of
from plexclient.types import Metadata


def is_same(item: MediaItem, row: Metadata, *, show_id: int | None, shares_a_file: bool | None) -> bool:
    """`shares_a_file`: none where that cannot be told."""
    if item.type != row.type:
        return False
    guid = guid_of(row)
    if item.guid == guid and is_matched(guid):
        return True
    return _same_number(item, row) and (
        bool(shares_a_file)
        or bool(item.external_ids.items() & row.external_ids.items())
        or _same_season(item, show_id)
        or (shares_a_file is None and _same_name(item, row, guid))
    )


def _same_season(item: MediaItem, show_id: int | None) -> bool:
    return item.type == MediaItem.Type.SEASON and show_id is not None and show_id == item.show_id


def _same_name(item: MediaItem, row: Metadata, guid: str) -> bool:
    """Enough where nothing better was ever known, and for a show that another agent has matched."""
    by_name_only = not is_matched(item.guid) and not is_matched(guid)
    by_new_agent = not item.is_leaf and agent_of(item.guid) != agent_of(guid)
    return (by_name_only or by_new_agent) and _folded(item.title) == _folded(row.title)


def _same_number(item: MediaItem, row: Metadata | MediaItem) -> bool:
    """A file may hold two episodes, and a key may have passed from one of them to the other."""
    if item.type == MediaItem.Type.SEASON:
        return item.index == row.index
    if item.type == MediaItem.Type.EPISODE:
        return (item.parent_index, item.index) == (row.parent_index, row.index)
    return True


def _folded(title: str) -> str:
    return title.strip().casefold()


def share_a_file(then: set[str], now: set[str]) -> bool | None:
    """By their paths. None where that cannot be told: there is none, or it may have moved."""
    if then & now:
        return True
    may_have_moved = not then or not now or _names(then) & _names(now)
    return None if may_have_moved else False


def _names(paths: set[str]) -> set[str]:
    """Plex may run where folders are parted by backslashes."""
    return {path.replace("\\", "/").rpartition("/")[2].casefold() for path in paths}


def has_the_name_of(old: MediaItem, new: MediaItem) -> bool:
    """And the same place in a show of that name."""
    names = [(_folded(item.title), _folded(item.show.title if item.show else "")) for item in (old, new)]
    return _same_number(old, new) and names[0] == names[1]
