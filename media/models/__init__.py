from media.models.assignments import EVER, Assignment, Exemption, StandingOrder
from media.models.completeness import ALL
from media.models.counterparts import Counterpart
from media.models.history import HistoryCursor
from media.models.library import LOST_KEY, MediaFile, MediaItem
from media.models.protection import KeepRule, Protection
from media.models.questions import Question
from media.models.sections import LibrarySection
from media.models.sessions import PlaySession
from media.models.watches import HALF_WAY, Evidence, Watch
from media.models.webhooks import Webhook, WebhookDoor
from media.models.words import TitleWord

__all__ = [
    "ALL",
    "EVER",
    "HALF_WAY",
    "LOST_KEY",
    "Assignment",
    "Counterpart",
    "Evidence",
    "Exemption",
    "HistoryCursor",
    "KeepRule",
    "LibrarySection",
    "MediaFile",
    "MediaItem",
    "PlaySession",
    "Protection",
    "Question",
    "StandingOrder",
    "TitleWord",
    "Watch",
    "Webhook",
    "WebhookDoor",
]
