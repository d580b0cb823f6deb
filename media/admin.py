"""Libraries, titles and views as rows. Plex has the truth of them; assigning goes by its verbs."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin import ReadOnly
from accounts.errors import Refused
from accounts.models import PlexServer, PlexUser
from accounts.requests import Request
from media import assigning, tasks, watching
from media.models import (
    Assignment,
    Evidence,
    Exemption,
    HistoryCursor,
    KeepRule,
    LibrarySection,
    MediaFile,
    MediaItem,
    Protection,
    Question,
    StandingOrder,
    Watch,
)

if TYPE_CHECKING:
    _FileInline = admin.TabularInline[MediaFile, MediaItem]
else:  # generic only for the type checker
    _FileInline = admin.TabularInline

Presence = ("gone_at", admin.EmptyFieldListFilter)


@admin.register(LibrarySection)
class LibrarySectionAdmin(ReadOnly):
    list_display = ["title", "type", "server", "key", "synced_at", "full_sync_at", "gone_at", "last_error"]
    list_filter = ["server", "type", Presence]
    list_select_related = ["server"]
    search_fields = ["title", "=key", "server__name"]
    actions = ["sync"]

    @admin.action(description=_("Sync the servers of the selected libraries"))
    def sync(self, request: HttpRequest, sections: QuerySet[LibrarySection]) -> None:
        for server in PlexServer.objects.filter(sections__in=sections).distinct():
            tasks.ask_sync(server, full=True)
            messages.info(request, _("%(server)s will be read now.") % {"server": server})


class FileInline(_FileInline):
    model = MediaFile
    fields = ["path", "size", "media_id", "part_id", "is_optimised"]
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ViewersForm(forms.Form):
    viewer = forms.ModelMultipleChoiceField(
        PlexUser.objects.all(), label=_("Viewers"), widget=forms.CheckboxSelectMultiple
    )


class AssignForm(ViewersForm):
    optional = forms.BooleanField(
        label=_("Optional"), required=False, help_text=_("Told about it, and not waited for.")
    )


@admin.register(MediaItem)
class MediaItemAdmin(ReadOnly):
    list_display = ["full_title", "type", "section", "server", "rating_key", "bytes", "added_at", "gone_at"]
    list_filter = ["type", "server", "section", Presence]
    list_select_related = ["show", "section", "server"]
    search_fields = ["title", "show__title", "=rating_key", "=guid"]
    show_full_result_count = False
    inlines = [FileInline]
    actions = ["assign", "seen", "unseen"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[MediaItem]:
        rows: QuerySet[MediaItem] = super().get_queryset(request)
        return rows.select_related("show", "parent__show", "section", "server")

    def view_on_site(self, item: MediaItem) -> str:
        return reverse("media:item", args=[item.pk])

    @admin.display(description=_("size"), ordering="size")
    def bytes(self, item: MediaItem) -> str:
        return filesizeformat(item.size)

    @admin.action(description=_("Assign viewers"))
    def assign(self, request: Request, items: QuerySet[MediaItem]) -> TemplateResponse | None:
        form = AssignForm(request.POST if "viewer" in request.POST or "apply" in request.POST else None)
        if not form.is_valid():
            return self._ask(request, items, form)
        done = 0
        for item in items:
            for viewer in form.cleaned_data["viewer"]:
                try:
                    optional = form.cleaned_data["optional"]
                    done += assigning.assign(item, viewer, by=request.user, optional=optional)
                except Refused as refusal:
                    messages.error(request, str(refusal))
        messages.success(request, ngettext("%d assignment made.", "%d assignments made.", done) % done)
        return None

    @admin.action(description=_("Say who has seen them"))
    def seen(self, request: Request, items: QuerySet[MediaItem]) -> TemplateResponse | None:
        return self._declare(request, items, seen=True)

    @admin.action(description=_("Say who has not seen them"))
    def unseen(self, request: Request, items: QuerySet[MediaItem]) -> TemplateResponse | None:
        return self._declare(request, items, seen=False)

    def _declare(
        self, request: Request, items: QuerySet[MediaItem], *, seen: bool
    ) -> TemplateResponse | None:
        form = ViewersForm(request.POST if "viewer" in request.POST or "apply" in request.POST else None)
        if not form.is_valid():
            title = _("Say who has seen them") if seen else _("Say who has not seen them")
            return self._ask(request, items, form, action="seen" if seen else "unseen", title=title)
        done = 0
        for item in items:
            for viewer in form.cleaned_data["viewer"]:
                try:
                    done += watching.declare(item, viewer, timezone.now(), seen=seen, by=request.user)
                except Refused as refusal:
                    messages.error(request, str(refusal))
        messages.success(request, ngettext("%d view written down.", "%d views written down.", done) % done)
        return None

    def _ask(
        self,
        request: HttpRequest,
        items: QuerySet[MediaItem],
        form: ViewersForm,
        *,
        action: str = "assign",
        title: object = _("Assign viewers"),
    ) -> TemplateResponse:
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": title,
            "action": action,
            "opts": self.opts,
            "items": items,
            "form": form,
        }
        return TemplateResponse(request, "admin/media/assign.html", context)


@admin.register(Assignment)
class AssignmentAdmin(ReadOnly):
    """Made by the action on titles or on a title's page."""

    list_display = [
        "item", "viewer", "is_optional", "server", "on_any_server", "assigned_at", "assigned_by", "by_order"
    ]  # fmt: skip
    list_filter = ["server", "is_optional", "item__type", "viewer"]
    list_select_related = ["item__show", "viewer", "server", "assigned_by"]
    search_fields = ["item__title", "item__show__title", "viewer__name", "=item__rating_key"]
    show_full_result_count = False
    actions = ["make_optional", "make_required", "unassign"]

    @admin.display(description=_("by a standing order"), boolean=True)
    def by_order(self, row: Assignment) -> bool:
        return row.order_id is not None

    @admin.action(description=_("Make optional"))
    def make_optional(self, request: Request, assignments: QuerySet[Assignment]) -> None:
        self._reword(request, assignments, optional=True)

    @admin.action(description=_("Make required"))
    def make_required(self, request: Request, assignments: QuerySet[Assignment]) -> None:
        self._reword(request, assignments, optional=False)

    def _reword(self, request: Request, assignments: QuerySet[Assignment], *, optional: bool) -> None:
        rows = assignments.select_related("item__server", "item__show", "viewer")
        done = sum(assigning.reword(row, by=request.user, optional=optional) for row in rows)
        messages.success(request, ngettext("%d assignment changed.", "%d assignments changed.", done) % done)

    @admin.action(description=_("Unassign"))
    def unassign(self, request: Request, assignments: QuerySet[Assignment]) -> None:
        rows = list(assignments.select_related("item__server", "item__show", "viewer"))
        for row in rows:
            assigning.unassign(row.item, row.viewer, by=request.user)
        text = ngettext("%d assignment taken away.", "%d assignments taken away.", len(rows))
        messages.success(request, text % len(rows))


@admin.register(StandingOrder)
class StandingOrderAdmin(ReadOnly):
    """Made on a title's page, or on that of the libraries."""

    list_display = ["__str__", "server", "section", "item", "viewer", "is_optional", "since", "made_by"]
    list_filter = ["server", "section", "is_optional"]
    list_select_related = ["item__show", "viewer", "server", "section", "made_by"]
    search_fields = ["item__title", "section__title", "viewer__name"]
    show_full_result_count = False


@admin.register(Exemption)
class ExemptionAdmin(ReadOnly):
    """Whoever was unassigned by name; assigning ends it."""

    list_display = ["item", "viewer", "made_at", "made_by"]
    list_filter = ["viewer"]
    list_select_related = ["item__show", "viewer", "made_by"]
    search_fields = ["item__title", "item__show__title", "viewer__name"]
    show_full_result_count = False


@admin.register(Protection)
class ProtectionAdmin(ReadOnly):
    """Made and removed on the page of a title, of the libraries or of a viewer."""

    list_display = ["__str__", "item", "section", "viewer", "protected_at", "by_name"]
    list_filter = ["protected_at", "section"]
    list_select_related = ["item__show", "section", "viewer"]
    search_fields = ["item__title", "item__show__title", "section__title", "viewer__name", "by_name"]
    show_full_result_count = False


@admin.register(KeepRule)
class KeepRuleAdmin(ReadOnly):
    """Said on the page of a show, or on that of the libraries."""

    list_display = ["__str__", "keep_newest", "keep_first_season", "keep_at_least", "changed_at", "by_name"]
    list_filter = ["keep_first_season", "section"]
    list_select_related = ["item__show", "section"]
    search_fields = ["item__title", "section__title", "by_name"]
    show_full_result_count = False


@admin.register(Watch)
class WatchAdmin(ReadOnly):
    list_display = ["item", "viewer", "server", "last_viewed_at", "source", "withdrawn_at", "offset"]
    list_filter = ["server", "source", "viewer"]
    list_select_related = ["item__show", "viewer", "server"]
    search_fields = ["item__title", "item__show__title", "viewer__name", "=item__rating_key"]
    show_full_result_count = False


@admin.register(Evidence)
class EvidenceAdmin(ReadOnly):
    list_display = ["item", "viewer", "source", "said", "at", "learned_at", "text"]
    list_filter = ["source", "said", "viewer"]
    list_select_related = ["item__show", "viewer"]
    search_fields = ["item__title", "item__show__title", "viewer__name", "=item__rating_key"]
    show_full_result_count = False


@admin.register(HistoryCursor)
class HistoryCursorAdmin(ReadOnly):
    list_display = ["server", "read_until", "caught_up_at", "full_read_at", "rows", "total", "shrank_at"]
    list_filter = ["server"]
    list_select_related = ["server"]
    search_fields = ["server__name"]


@admin.register(Question)
class QuestionAdmin(ReadOnly):
    """Answered on the dashboard or on the page of either title."""

    list_display = ["old", "new", "server", "why", "asked_at", "answered_at", "answered_by"]
    list_filter = ["server", "why", ("answered_at", admin.EmptyFieldListFilter)]
    list_select_related = ["old__show", "new__show", "server", "answered_by"]
    search_fields = ["old__title", "new__title", "=old__rating_key", "=new__rating_key"]
