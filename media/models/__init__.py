from media.models.assignments import Assignment
from media.models.library import LibrarySection, MediaFile, MediaItem
from media.models.watches import HALF_WAY, Evidence, HistoryCursor, Watch

__all__ = [
    "HALF_WAY",
    "Assignment",
    "Evidence",
    "HistoryCursor",
    "LibrarySection",
    "MediaFile",
    "MediaItem",
    "Watch",
]
