"""What an entry of the record says, as one sentence with a picture."""

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deletions.models import AuditEntry

Verb = AuditEntry.Verb
PICTURES: dict[str, str] = {
    Verb.ENQUEUED: "queue", Verb.HELD: "pause", Verb.RESUMED: "queue", Verb.APPROVED: "check",
    Verb.CANCELLED: "shield", Verb.RETRIED: "sync", Verb.DRY_RUN: "queue", Verb.SENT: "server",
    Verb.MOVING: "trash", Verb.QUARANTINED: "trash", Verb.PUT_BACK: "undo", Verb.PURGED: "trash",
    Verb.DELETED: "trash", Verb.GONE: "trash", Verb.FAILED: "alert", Verb.SETTLED: "sync",
    Verb.GIVEN_UP: "alert", Verb.HASTENED: "queue", Verb.ENDED: "pause", Verb.CHANGED: "gear",
    Verb.REKEYED: "sync", Verb.PROTECTED: "shield", Verb.UNPROTECTED: "shield",
    Verb.DISCONNECTED: "server",
}  # fmt: skip
SENTENCES: dict[str, Any] = {
    Verb.ENQUEUED: gettext_lazy("{title} entered the queue."),
    Verb.HELD: gettext_lazy("{title} is held."),
    Verb.RESUMED: gettext_lazy("{title} went on."),
    Verb.APPROVED: gettext_lazy("{who} approved {title}."),
    Verb.CANCELLED: gettext_lazy("{who} cancelled {title}."),
    Verb.RETRIED: gettext_lazy("{who} put {title} into the queue again."),
    Verb.DRY_RUN: gettext_lazy("{title} would have been deleted: it is a dry run."),
    Verb.SENT: gettext_lazy("{who} asked Plex to delete {title}."),
    Verb.MOVING: gettext_lazy("{title} is on the way to the trash."),
    Verb.DELETED: gettext_lazy("{title} was deleted."),
    Verb.QUARANTINED: gettext_lazy("{title} was moved to the trash."),
    Verb.PUT_BACK: gettext_lazy("{who} put {title} back from the trash."),
    Verb.PURGED: gettext_lazy("{who} purged {title} from the trash."),
    Verb.GONE: gettext_lazy("{title} was gone already."),
    Verb.FAILED: gettext_lazy("{title} could not be deleted."),
    Verb.SETTLED: gettext_lazy("{title} was looked at again after an interruption."),
    Verb.GIVEN_UP: gettext_lazy("{who} gave {title} up: nobody knows what became of it."),
    Verb.HASTENED: gettext_lazy("{who} lets {title} wait no longer."),
    Verb.ENDED: gettext_lazy("{who} ended the playback of {title}."),
    Verb.CHANGED: gettext_lazy("{who} changed {title}."),
    Verb.REKEYED: gettext_lazy("{title} has another key in Plex now."),
    Verb.PROTECTED: gettext_lazy("{who} protects {title}."),
    Verb.UNPROTECTED: gettext_lazy("{who} protects {title} no longer."),
    Verb.DISCONNECTED: gettext_lazy("{who} removed the server {title}."),
}
ANY = gettext_lazy("{title}: {what}. By {who}.")


def picture_of(entry: AuditEntry) -> str:
    return PICTURES.get(entry.verb, "queue")


def sentence_of(entry: AuditEntry) -> SafeString:
    """Select the deletion along with the entry: the title leads to its page while there is one."""
    words = {"who": _name(entry.by_name), "title": _title(entry), "what": entry.get_verb_display()}
    return format_html(str(SENTENCES.get(entry.verb, ANY)), **words)


def _title(entry: AuditEntry) -> SafeString:
    name = _name(entry.title or _("Untitled"))
    item = entry.deletion.item_id if entry.deletion else None
    return format_html('<a href="{}">{}</a>', reverse("media:item", args=[item]), name) if item else name


def _name(text: str) -> SafeString:
    """Whatever direction it is written in, the sentence around it keeps its own."""
    return format_html("<bdi>{}</bdi>", text)
