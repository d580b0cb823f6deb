"""Assign and unassign, from a title's page or for many titles at once. Without script they lead back."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from accounts.errors import Refused
from accounts.models import PlexUser, User
from accounts.paths import safe_path
from accounts.requests import Request
from media import assigning
from media.models import MediaItem
from media.views.items import find, watching


def _assign(item: MediaItem, viewer: PlexUser, chosen: dict[str, Any], *, by: User) -> bool:
    counts_earlier = not chosen["ignore_earlier"]
    return assigning.assign(item, viewer, by=by, optional=chosen["optional"], counts_earlier=counts_earlier)


def _unassign(item: MediaItem, viewer: PlexUser, chosen: dict[str, Any], *, by: User) -> bool:
    return assigning.unassign(item, viewer, by=by)


VERBS: dict[str, Callable[..., bool]] = {"assign": _assign, "unassign": _unassign}


class People(forms.Form):
    viewer = forms.ModelMultipleChoiceField(
        PlexUser.objects.all(), error_messages={"required": gettext_lazy("Choose at least one viewer.")}
    )
    optional = forms.BooleanField(required=False)
    ignore_earlier = forms.BooleanField(required=False)


class Selection(People):
    item = forms.ModelMultipleChoiceField(
        MediaItem.objects.select_related("server", "show"),
        error_messages={"required": gettext_lazy("Choose at least one title.")},
    )
    verb = forms.ChoiceField(choices=[(verb, verb) for verb in VERBS], required=False)


@require_POST
def assign(request: Request, pk: int) -> HttpResponse:
    return _change(request, pk, "assign")


@require_POST
def unassign(request: Request, pk: int) -> HttpResponse:
    return _change(request, pk, "unassign")


@require_POST
def assign_many(request: Request) -> HttpResponse:
    selection = Selection(request.POST)
    if selection.is_valid():
        chosen = selection.cleaned_data
        done = _apply(request, chosen["verb"] or "assign", chosen["item"], chosen)
        messages.success(request, ngettext("%d assignment changed.", "%d assignments changed.", done) % done)
    else:
        complain(request, selection)
    return redirect(safe_path(request.POST.get("back")))


def _change(request: Request, pk: int, verb: str) -> HttpResponse:
    item, chosen = find(pk), People(request.POST)
    if chosen.is_valid():
        _apply(request, verb, [item], chosen.cleaned_data)
    else:
        complain(request, chosen)
    return changed(request, item)


def changed(request: Request, item: MediaItem) -> HttpResponse:
    """The part of a title's page that shows who must see it; without script the whole page."""
    if request.htmx:
        return render(request, "media/_watching.html", {"swap": True, **watching(request, item)})
    return redirect(f"{reverse('media:item', args=[item.pk])}?{request.GET.urlencode()}")


def _apply(request: Request, verb: str, items: Iterable[MediaItem], chosen: dict[str, Any]) -> int:
    done = 0
    for item in items:
        for viewer in chosen["viewer"]:
            try:
                done += VERBS[verb](item, viewer, chosen, by=request.user)
            except Refused as refusal:
                messages.error(request, str(refusal))
    return done


def complain(request: Request, form: forms.Form) -> None:
    for errors in form.errors.values():
        for error in errors:
            messages.error(request, str(error))
