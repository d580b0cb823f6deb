"""External ids of a title, whichever agent matched it."""

import re
from collections.abc import Iterable

SOURCES = ("imdb", "tmdb", "tvdb")
LEGACY = {
    "com.plexapp.agents.imdb": "imdb",
    "com.plexapp.agents.themoviedb": "tmdb",
    "com.plexapp.agents.thetvdb": "tvdb",
    "com.plexapp.agents.xbmcnfo": "",
    "com.plexapp.agents.xbmcnfotv": "",
    "com.plexapp.agents.hama": "",
}
HAMA = re.compile(r"(?P<source>anidb|tvdb|tmdb|imdb)\d?-(?P<id>\w+)(?P<rest>/.*)?")


def external_ids(guid: str, guids: Iterable[str] = ()) -> dict[str, str]:
    """``{"imdb": "tt1", "tvdb": "2"}``; a legacy season or episode keeps its path: ``"268592/1/2"``.

    Empty for what no agent matched. New agents list the ids beside the guid, old ones are the guid.
    """
    pairs = [_split(one) for one in guids] + [_legacy(guid)]
    ids: dict[str, str] = {}
    for source, value in pairs:
        if source and value:
            ids.setdefault(source, value)
    return ids


def _split(guid: str) -> tuple[str, str]:
    source, _, value = guid.partition("?")[0].partition("://")
    return (source, value) if source in SOURCES else ("", "")


def _legacy(guid: str) -> tuple[str, str]:
    agent, _, value = guid.partition("?")[0].partition("://")
    if agent not in LEGACY:
        return _split(guid)
    if named := HAMA.fullmatch(value):
        return named["source"], named["id"] + (named["rest"] or "")
    if value.startswith("tt"):
        return "imdb", value
    return LEGACY[agent], value
