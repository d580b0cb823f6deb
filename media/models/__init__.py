from media.models.assignments import Assignment
from media.models.library import LibrarySection, MediaFile, MediaItem
from media.models.watches import HistoryCursor, Watch

__all__ = ["Assignment", "HistoryCursor", "LibrarySection", "MediaFile", "MediaItem", "Watch"]
