"""People and servers as rows. What Plex says is shown and not edited; secrets are not shown at all."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.addresses import normalised
from accounts.errors import Refused
from accounts.models import Access, Installation, Job, PlexServer, PlexUser, User
from accounts.tasks import hint, sync_viewers

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
    _AccessInline = admin.TabularInline[Access, PlexUser]
    _ServerForm = forms.ModelForm[PlexServer]
else:  # Django's own are generic only for the type checker
    _ModelAdmin, _AccessInline, _ServerForm = admin.ModelAdmin, admin.TabularInline, forms.ModelForm


class Shown(_ModelAdmin):
    """Rows that Plaxe keeps itself: nobody adds or deletes them by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnly(Shown):
    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(Shown):
    list_display = ["username", "plex_id", "email", "is_active", "is_superuser", "last_login"]
    list_filter = ["is_active", "is_superuser"]
    search_fields = ["username", "email", "=plex_id"]
    fields = ["username", "email", "plex_id", "is_active", "is_superuser", "last_login", "date_joined"]
    readonly_fields = ["username", "email", "plex_id", "is_superuser", "last_login", "date_joined"]


class AccessInline(_AccessInline):
    model = Access
    fields = ["server", "gone_at"]
    readonly_fields = ["server", "gone_at"]
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(PlexUser)
class PlexUserAdmin(ReadOnly):
    list_display = ["name", "kind", "username", "plex_id", "is_restricted", "is_protected"]
    list_filter = ["kind", "is_restricted", "servers"]
    search_fields = ["name", "username", "title", "=plex_id"]
    inlines = [AccessInline]


class PlexServerForm(_ServerForm):
    url = forms.CharField(label="Address", max_length=500)

    def clean_url(self) -> str:
        try:
            return normalised(self.cleaned_data["url"])
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal


STATE = ["is_online", "last_seen_at", "last_poll_at", "last_error", "added_at"]


@admin.register(PlexServer)
class PlexServerAdmin(Shown):
    form = PlexServerForm
    list_display = ["name", "url", "is_online", "allows_deletion", "version", "last_seen_at", "last_error"]
    list_filter = ["is_online", "allows_deletion"]
    list_select_related = ["owner"]
    search_fields = ["name", "machine_identifier", "url"]
    fields = ["url", "owner", "machine_identifier", "version", "allows_deletion", *STATE]
    readonly_fields = ["owner", "machine_identifier", "version", "allows_deletion", *STATE]
    actions = ["sync_now"]

    @admin.action(description="Sync viewers now")
    def sync_now(self, request: HttpRequest, servers: QuerySet[PlexServer]) -> None:
        for server in servers:
            Job.of(server, Job.Kind.VIEWERS).want(timezone.now())
            hint(sync_viewers, server.pk)
            messages.info(request, f"{server}: its viewers are being synced.")


@admin.register(Access)
class AccessAdmin(ReadOnly):
    list_display = ["viewer", "server", "gone_at", "state_read_at", "state_full_read_at", "state_problem"]
    list_filter = ["server", ("gone_at", admin.EmptyFieldListFilter)]
    list_select_related = ["viewer", "server"]
    search_fields = ["viewer__name", "viewer__username", "=viewer__plex_id"]


@admin.register(Job)
class JobAdmin(ReadOnly):
    list_display = ["kind", "server", "wanted_at", "started_at", "finished_at", "progress", "error"]
    list_filter = ["kind", "server"]
    list_select_related = ["server"]
    search_fields = ["server__name", "error"]


@admin.register(Installation)
class InstallationAdmin(ReadOnly):
    list_display = ["client_identifier", "owner"]
    list_filter = [("owner", admin.EmptyFieldListFilter)]
    list_select_related = ["owner"]
    search_fields = ["client_identifier", "owner__username"]
    fields = ["client_identifier", "owner"]
