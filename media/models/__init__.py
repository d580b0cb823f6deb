from media.models.assignments import EVER, Assignment, Exemption, StandingOrder
from media.models.completeness import ALL
from media.models.history import HistoryCursor
from media.models.library import LOST_KEY, LibrarySection, MediaFile, MediaItem
from media.models.questions import Question
from media.models.watches import HALF_WAY, Evidence, Watch

__all__ = [
    "ALL",
    "EVER",
    "HALF_WAY",
    "LOST_KEY",
    "Assignment",
    "Evidence",
    "Exemption",
    "HistoryCursor",
    "LibrarySection",
    "MediaFile",
    "MediaItem",
    "Question",
    "StandingOrder",
    "Watch",
]
