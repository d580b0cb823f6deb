"""What a person can do about a deletion that is held."""

from django.utils.translation import gettext_lazy as _

from deletions.models import Deletion, Hold

WAIT = _("Nothing to do: it goes on by itself.")
LOOK = _("Look at it; approve it if it may still go, or cancel it.")
ADVICE = {
    Hold.PLAYING: WAIT,
    Hold.OFFLINE: _("Start the server. It goes on by itself when it answers."),
    Hold.UNREADABLE: _("It is asked again on every pass. If it stays so, look at the server's log."),
    Hold.DELETION_OFF: _(
        "In Plex: Settings, Library, Allow media deletion. It goes on by itself afterwards."
    ),
    Hold.UNWATCHED: _("It goes on when everybody has seen it. Cancel it to keep it."),
    Hold.HALF_PLAYED: _("Nothing to do: it goes on when this person has seen it to the end."),
    Hold.KEPT: _("Take the mark away to let it go, or cancel it."),
    Hold.NEIGHBOUR: _("It goes together with the title that shares its file, or not at all."),
    Hold.CHANGED: LOOK,
    Hold.VERSIONS: _("Approve it to delete all of its versions, or cancel it."),
    Hold.BRAKE: _("Look at all of them; approve them if they may go, or cancel those that may not."),
    Hold.HISTORY: _("Say on the dashboard that the shorter history is right, and all that it holds goes on."),
    Hold.REKEYED: _("Nothing to do: the next look at the queue compares it with what was queued."),
    Hold.WRONG_SERVER: _("Check the address of the server, and connect it again if it was set up anew."),
}


def advice_on(deletion: Deletion) -> str:
    return str(ADVICE[Hold(deletion.hold)]) if deletion.hold in ADVICE else str(LOOK)
