"""What a guid tells of the work it names."""

from media.models import MediaItem

ROOM = MediaItem._meta.get_field("guid").max_length or 0
# Guids of titles that no agent has matched. They name the key or the file, not the work.
UNMATCHED = ("local://", "com.plexapp.agents.none://", "tv.plex.agents.none://")


def is_matched(guid: str) -> bool:
    """It names one work. One that had to be cut could be another's beginning."""
    return 0 < len(guid) < ROOM and not guid.startswith(UNMATCHED)


def agent_of(guid: str) -> str:
    return guid.partition("://")[0]
