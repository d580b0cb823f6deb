"""The queue and its record as rows. They change by their verbs only, and the record never."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin import ReadOnly
from accounts.errors import Refused
from accounts.requests import Request
from deletions import queue
from deletions.models import AuditEntry, Deletion, Policy

if TYPE_CHECKING:
    _AuditInline = admin.TabularInline[AuditEntry, Deletion]
else:  # generic only for the type checker
    _AuditInline = admin.TabularInline


class AuditInline(_AuditInline):
    model = AuditEntry
    fields = ["at", "verb", "by_name", "text"]
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Deletion)
class DeletionAdmin(ReadOnly):
    list_display = [
        "title",
        "status",
        "server",
        "scheduled_for",
        "finished_at",
        "size",
        "hold",
        "held_because",
    ]
    list_filter = ["status", "hold", "server", "type"]
    list_select_related = ["server"]
    search_fields = ["title", "=rating_key"]
    date_hierarchy = "scheduled_for"
    show_full_result_count = False
    inlines = [AuditInline]
    actions = ["cancel", "approve", "retry"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Deletion]:
        rows: QuerySet[Deletion] = super().get_queryset(request)
        return rows.select_related("server", "item__show")

    @admin.display(description=_("size"), ordering="bytes")
    def size(self, deletion: Deletion) -> str:
        return filesizeformat(deletion.bytes)

    @admin.action(description=_("Cancel"))
    def cancel(self, request: Request, deletions: QuerySet[Deletion]) -> None:
        _each(request, deletions, queue.cancel)

    @admin.action(description=_("Approve"))
    def approve(self, request: Request, deletions: QuerySet[Deletion]) -> None:
        _each(request, deletions, queue.approve)

    @admin.action(description=_("Try again"))
    def retry(self, request: Request, deletions: QuerySet[Deletion]) -> None:
        _each(request, deletions, queue.retry)


def _each(request: Request, deletions: QuerySet[Deletion], verb: Callable[..., object]) -> None:
    done = 0
    for deletion in deletions:
        try:
            verb(deletion, timezone.now(), by=request.user)
            done += 1
        except Refused as refusal:
            messages.error(request, str(refusal))
    if done:
        messages.success(request, ngettext("%d deletion changed.", "%d deletions changed.", done) % done)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnly):
    list_display = ["at", "verb", "title", "by_name", "server_name", "text"]
    list_filter = ["verb", "server", "at"]
    search_fields = ["title", "text", "by_name"]
    date_hierarchy = "at"
    show_full_result_count = False


@admin.register(Policy)
class PolicyAdmin(ReadOnly):
    """Changed on the settings page, which asks before it arms and writes the change down."""

    list_display = ["__str__", "saved_dry_run", "saved_delay"]
