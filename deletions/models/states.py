"""What state a deletion is in, and what may hold it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.wording import sentence


class Status(models.TextChoices):
    HELD = "HELD", _("Held")
    SCHEDULED = "SCHEDULED", _("Scheduled")
    RUNNING = "RUNNING", _("Running")
    DELETED = "DELETED", _("Deleted")
    GONE = "GONE", _("Gone")
    FAILED = "FAILED", _("Failed")
    CANCELLED = "CANCELLED", _("Cancelled")


class Hold(models.TextChoices):
    """Why a deletion is held."""

    PLAYING = "playing", _("Somebody is playing it")
    OFFLINE = "offline", _("The server does not answer")
    UNREADABLE = "unreadable", _("The server's answer is of no use")
    DELETION_OFF = "deletion_off", _("Deletion is switched off in Plex")
    UNWATCHED = "unwatched", _("Somebody has not seen it")
    HALF_PLAYED = "half_played", _("Somebody is half-way through it")
    KEPT = "kept", _("It is to be kept")
    NEIGHBOUR = "neighbour", _("Its file is needed for another title")
    CHANGED = "changed", _("It is not what was queued")
    VERSIONS = "versions", _("It has several versions")
    BRAKE = "brake", _("Too much at once")
    WRONG_SERVER = "wrong_server", _("Another server answers")
    HISTORY = "history", _("The watch history has become shorter")
    DOUBT = "doubt", _("Whether the watch history is whole is not known")
    SECTIONS = "sections", _("The libraries of the server are others")
    DAMAGED = "damaged", _("The database of the server is damaged")
    RESTORED = "restored", _("Plaxe was restored from a backup")
    STATE = "state", _("Whether somebody has seen it is not known")
    SPACE = "space", _("There is room enough")
    QUARANTINE = "quarantine", _("It cannot be moved to the trash")
    REKEYED = "rekeyed", _("Plex has given it another key")


OPEN = (Status.HELD, Status.SCHEDULED, Status.RUNNING)
# After these an item is queued again only by an explicit verb: cancel is sticky, a failure waits for a look.
STICKY = (Status.CANCELLED, Status.FAILED)
# These pass by themselves and are looked at again on every pass; the others wait for a verb.
PASSING = (
    Hold.PLAYING, Hold.OFFLINE, Hold.UNREADABLE, Hold.DELETION_OFF, Hold.UNWATCHED, Hold.KEPT, Hold.NEIGHBOUR,
    Hold.HALF_PLAYED, Hold.STATE, Hold.SPACE, Hold.REKEYED, Hold.DOUBT,
)  # fmt: skip

# What a row says of itself while somebody works on it, or has died over it.
CLAIMED = sentence(
    "Plaxe looks at it. If that was interrupted, it is looked at anew when the claim times out."
)
ON_ITS_WAY = sentence(
    "It is being taken away. If that was interrupted, Plaxe looks what became of it when the claim times out."
)
# A row in any other state waits for nothing.
UNHELD = {"hold": "", "held_because": "", "waits_anew": False, "is_overruled": False}

# These stop whatever becomes due on a server, and wait for one approval of all of it ...
BRAKING = (Hold.BRAKE, Hold.WRONG_SERVER, Hold.HISTORY, Hold.SECTIONS, Hold.DAMAGED, Hold.RESTORED)
# ... and these stop it until the server is well again. Each is the server's matter, and is said once.
SERVERS = (*BRAKING, Hold.OFFLINE, Hold.DELETION_OFF, Hold.DOUBT)
