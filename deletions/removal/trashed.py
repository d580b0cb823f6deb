"""A file that is to go to the trash, or is there: where it is, and how it comes back or goes for good."""

from pathlib import Path

from deletions.models import QuarantinedFile
from deletions.removal.moving import Where, erase, move, tidy, where_is


def whereabouts(file: QuarantinedFile) -> Where:
    return where_is(Path(file.place), Path(file.trashed), file.size, Path(file.root))


def take_back(file: QuarantinedFile) -> None:
    """To its place, if it is in the trash and the place is free. Raises Obstacle."""
    if whereabouts(file) == Where.IN_TRASH:
        move(Path(file.trashed), Path(file.place), Path(file.root))
        tidy(Path(file.trashed), Path(file.root))


def throw_away(file: QuarantinedFile) -> None:
    """For good, if it is in the trash. Raises Obstacle."""
    if whereabouts(file) in (Where.IN_TRASH, Where.IN_BOTH):
        erase(Path(file.trashed), file.size, Path(file.root))
        tidy(Path(file.trashed), Path(file.root))
