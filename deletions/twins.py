"""The law about the same work in another library: a twin that no sync has seen yet may be in its file."""

from datetime import datetime

from accounts.wording import sentence as _
from deletions.facts import Facts, Objection
from deletions.models import Deletion, Hold
from deletions.moved import KINDS
from media.guids import is_matched
from media.models import MediaItem
from plexclient.types import Metadata


def twins_known(deletion: Deletion, facts: Facts, now: datetime) -> Objection | None:
    """What Plaxe knows to be in its file is asked as a neighbour; this asks Plex whether there is more.

    For what no agent has matched it cannot be asked, and some servers have no answer: there what the last
    sync saw is all that is known.
    """
    guid = deletion.snapshot["guid"]
    if not is_matched(guid):
        return None
    found = facts.client.twins(deletion.rating_key, guid, KINDS[MediaItem.Type(deletion.type)]) or []
    for twin in found:
        if _is_news(twin, deletion):
            words = _(
                "Plex also has it as %(key)s, and not in another file as far as Plaxe knows. The next look "
                "at the libraries settles that.",
                key=twin.rating_key,
            )
            return Objection(Hold.NEIGHBOUR, words)
    return None


def _is_news(twin: Metadata, deletion: Deletion) -> bool:
    """It is in a file that goes, or Plex does not say in which, and Plaxe does not know that."""
    ours = {file["path"] for file in deletion.files}
    theirs = {part.file for media in twin.media for part in media.parts}
    known = MediaItem.objects.leaves().filter(server=deletion.server, rating_key=twin.rating_key)
    if theirs & ours:
        return not known.filter(files__path__in=ours).exists()
    return (not theirs or "" in theirs) and not known.exists()
