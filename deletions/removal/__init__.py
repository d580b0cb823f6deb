"""How a title is taken away: the engine asks for a way, and all ways look the same to it."""

from deletions.models import Deletion, Quarantined
from deletions.removal.plex import ALL_OF_IT, OneVersion, WholeTitle
from deletions.removal.quarantine import Quarantine
from deletions.removal.way import Verdict, Way
from plexclient.server import PlexMediaServer

__all__ = ["ALL_OF_IT", "Verdict", "Way", "WholeTitle", "move_begun", "way_for"]


def way_for(deletion: Deletion, client: PlexMediaServer, *, to_trash: bool = False) -> Way:
    if to_trash:
        return Quarantine(deletion, client)
    return (OneVersion if deletion.version else WholeTitle)(deletion, client)


def move_begun(deletion: Deletion, client: PlexMediaServer) -> Quarantine | None:
    """An earlier claim has announced to move it to the trash, and has not said what became of that."""
    intent = Quarantined.objects.intended().filter(deletion=deletion).first()
    return Quarantine(deletion, client, intent) if intent else None
