"""Assign and unassign from a title's page, and take it back. Without script they lead back."""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from accounts.errors import Refused
from accounts.feedback import done
from accounts.models import PlexUser, User
from accounts.paths import safe_path
from accounts.requests import Request
from media import assigning, undoing
from media.models import MediaItem
from media.undoing import Was
from media.views.items import find, watching

TOLD = 3  # refusals, of however many


def _assign(item: MediaItem, viewer: PlexUser, chosen: dict[str, Any], *, by: User) -> bool:
    counts_earlier = not chosen["ignore_earlier"]
    words = {"optional": chosen["optional"], "any_server": chosen["any_server"]}
    return assigning.assign(item, viewer, by=by, counts_earlier=counts_earlier, **words)


def _unassign(item: MediaItem, viewer: PlexUser, chosen: dict[str, Any], *, by: User) -> bool:
    return assigning.unassign(item, viewer, by=by)


VERBS: dict[str, Callable[..., bool]] = {"assign": _assign, "unassign": _unassign}


class People(forms.Form):
    viewer = forms.ModelMultipleChoiceField(
        PlexUser.objects.all(), error_messages={"required": gettext_lazy("Choose at least one viewer.")}
    )
    optional = forms.BooleanField(required=False)
    ignore_earlier = forms.BooleanField(required=False)
    any_server = forms.BooleanField(required=False)


@require_POST
def assign(request: Request, pk: int) -> HttpResponse:
    return _change(request, pk, "assign")


@require_POST
def unassign(request: Request, pk: int) -> HttpResponse:
    return _change(request, pk, "unassign")


@require_POST
def restore(request: Request) -> HttpResponse:
    """Undo: each assignment becomes what it was, as far as it still can."""
    known = filter(None, map(Was.read, request.POST.getlist("was")))
    changed, refusals = _each(known, lambda was: undoing.restore(was, by=request.user))
    complain_of(request, refusals)
    messages.info(request, ngettext("%d assignment put back.", "%d assignments put back.", changed) % changed)
    return redirect(safe_path(request.POST.get("back")))


def _change(request: Request, pk: int, verb: str) -> HttpResponse:
    item, chosen = find(pk), People(request.POST)
    if chosen.is_valid():
        change(request, verb, [item], chosen.cleaned_data)
    else:
        complain(request, chosen)
    return changed(request, item)


def change(request: Request, verb: str, items: Collection[MediaItem], chosen: dict[str, Any]) -> None:
    """Tells what was done, and how to take it back."""
    before = undoing.standing_of(items, chosen["viewer"])
    pairs = [(item, viewer) for item in items for viewer in chosen["viewer"]]
    __, refusals = _each(pairs, lambda pair: VERBS[verb](*pair, chosen, by=request.user))
    news = before - undoing.standing_of(items, chosen["viewer"])
    complain_of(request, refusals)
    if news:
        done(request, _told(verb, pairs, len(news)), undo=reverse("media:restore"), was=[*map(str, news)])
    elif not refusals:
        messages.info(request, _("It was so already. Nothing has changed."))


def _each(rows: Iterable[Any], verb: Callable[[Any], bool]) -> tuple[int, list[str]]:
    """How many were news, and what was refused."""
    number, refusals = 0, []
    for row in rows:
        try:
            number += verb(row)
        except Refused as refusal:
            refusals.append(str(refusal))
    return number, refusals


def _told(verb: str, pairs: list[tuple[MediaItem, PlexUser]], number: int) -> str:
    if len(pairs) > 1:
        return ngettext("%d assignment changed.", "%d assignments changed.", number) % number
    words = _("%(viewer)s is assigned.") if verb == "assign" else _("%(viewer)s is no longer assigned.")
    return words % {"viewer": pairs[0][1]}


def changed(request: Request, item: MediaItem) -> HttpResponse:
    """The part of a title's page that shows who must see it; without script the whole page."""
    if request.htmx:
        return render(request, "media/_watching.html", watching(request, item))
    return redirect(f"{reverse('media:item', args=[item.pk])}?{request.GET.urlencode()}")


def complain(request: Request, form: forms.Form) -> None:
    for errors in form.errors.values():
        for error in errors:
            messages.error(request, str(error))


def complain_of(request: Request, refusals: list[str]) -> None:
    """Of many alike the first few."""
    for words in refusals[:TOLD]:
        messages.error(request, words)
    if more := len(refusals[TOLD:]):
        messages.error(request, ngettext("%d more was refused.", "%d more were refused.", more) % more)
