"""What a person can do about a deletion that is held."""

from django.utils.translation import gettext_lazy as _

from deletions.models import Deletion, Hold

WAIT = _("Nothing to do: it goes on by itself.")
LOOK = _("Look at it; approve it if it may still go, or cancel it.")
ADVICE = {
    Hold.PLAYING: WAIT,
    Hold.OFFLINE: _("The server is asked again on every pass. It goes on by itself when it answers."),
    Hold.UNREADABLE: _("It is asked again on every pass. If it stays so, look at the server's log."),
    Hold.STATE: _("It is asked again on every pass, and goes on by itself when it is known."),
    Hold.SPACE: _("Nothing to do: it goes when room is needed, what was finished longest ago first."),
    Hold.DELETION_OFF: _(
        "In Plex: Settings, Library, Allow media deletion. It goes on by itself afterwards."
    ),
    Hold.UNWATCHED: _("It goes on when everybody has seen it. Cancel it to keep it."),
    Hold.HALF_PLAYED: _("Nothing to do: it goes on when this person has seen it to the end."),
    Hold.KEPT: _(
        "It goes on by itself when what keeps it is taken away: the protection or the rule, on the title's"
        " page, or the label in Plex."
    ),
    Hold.NEIGHBOUR: _("It goes together with the title that shares its file, or not at all."),
    Hold.CHANGED: LOOK,
    Hold.VERSIONS: _("Choose the version that goes, delete all of them, or keep all."),
    Hold.QUARANTINE: _(
        "Clear away what is in the way and try again, or cancel it. Approving deletes it for good."
    ),
    Hold.BRAKE: _("Look at all of them; approve them if they may go, or cancel those that may not."),
    Hold.HISTORY: _("Say on the page of the brake that the shorter history is right, and it goes on."),
    Hold.DOUBT: WAIT,
    Hold.DAMAGED: _("Repair the database in Plex, then say on the page of the brake that it is well."),
    Hold.RESTORED: _("Look through the queue, then say on the page of the brake that it may go on."),
    Hold.SECTIONS: _("Say on the page of the brake that these are your libraries, and it goes on."),
    Hold.REKEYED: _("Nothing to do: the next look at the queue compares it with what was queued."),
    Hold.WRONG_SERVER: _("Check the address of the server, and connect it again if it was set up anew."),
}


def advice_on(deletion: Deletion) -> str:
    return str(ADVICE[Hold(deletion.hold)]) if deletion.hold in ADVICE else str(LOOK)
