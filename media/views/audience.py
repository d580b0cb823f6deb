"""Everyone and how many: what holds for a title as a whole, and for what arrives in a library."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.errors import Refused
from accounts.models import PlexUser
from accounts.requests import Request
from media import assigning, standing
from media.models import LibrarySection
from media.views.assigning import changed, complain
from media.views.items import find

EVERYONE = "everyone"


class Everyone(forms.Form):
    """What the order says; nothing chosen ends it."""

    on = forms.BooleanField(required=False)
    optional = forms.BooleanField(required=False)
    ignore_earlier = forms.BooleanField(required=False)
    any_server = forms.BooleanField(required=False)


class Quorum(forms.Form):
    quorum = forms.IntegerField(
        min_value=0,
        max_value=assigning.MOST,
        required=False,
        error_messages={"invalid": gettext_lazy("Choose how many must see it.")},
    )


class Defaults(forms.Form):
    viewer = forms.ModelMultipleChoiceField(PlexUser.objects.all(), required=False)
    everyone = forms.BooleanField(required=False)
    optional = forms.BooleanField(required=False)

    def viewers(self) -> list[PlexUser | None]:
        chosen: list[PlexUser | None] = list(self.cleaned_data["viewer"])
        return [*chosen, None] if self.cleaned_data["everyone"] else chosen


@require_POST
def everyone(request: Request, pk: int) -> HttpResponse:
    item, form = find(pk), Everyone(request.POST)
    form.full_clean()
    chosen = form.cleaned_data
    try:
        if chosen["on"]:
            words = {name: chosen[name] for name in ("optional", "any_server")}
            counts_earlier = not chosen["ignore_earlier"]
            standing.ask_everyone(item, by=request.user, counts_earlier=counts_earlier, **words)
        else:
            standing.release_everyone(item, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return changed(request, item)


@require_POST
def quorum(request: Request, pk: int) -> HttpResponse:
    item, form = find(pk), Quorum(request.POST)
    if form.is_valid():
        assigning.demand_quorum(item, form.cleaned_data["quorum"], by=request.user)
    else:
        complain(request, form)
    return changed(request, item)


@require_POST
def defaults(request: Request, pk: int) -> HttpResponse:
    """Who must see what arrives in a library."""
    section = get_object_or_404(LibrarySection.objects.select_related("server"), pk=pk)
    form = Defaults(request.POST)
    if not form.is_valid():
        complain(request, form)
    elif not form.viewers():
        messages.error(request, _("Choose at least one viewer."))
    else:
        _set(request, section, form)
    return redirect("media:libraries")


def _set(request: Request, section: LibrarySection, form: Defaults) -> None:
    for viewer in form.viewers():
        if request.POST.get("verb") == "remove":
            standing.drop_default(section, viewer, by=request.user)
        else:
            optional = form.cleaned_data["optional"]
            standing.set_default(section, viewer, now=timezone.now(), by=request.user, optional=optional)
