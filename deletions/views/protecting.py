"""Protect and keep: from the page of a title, of the libraries, of a viewer, or for many titles at once."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh

from accounts.errors import Refused
from accounts.feedback import done
from accounts.models import PlexUser
from accounts.requests import Request
from deletions import protecting
from media.keeping import MOST, Keeper, Rule
from media.kept import keeping_of
from media.models import LibrarySection, MediaItem
from media.protecting import Target
from media.views.items import find
from media.views.selecting import Selection, answer, titles

LIMITS = gettext_lazy("Write a number from 0 to %(most)s, or nothing.") % {"most": f"{MOST:,}"}


class RuleForm(forms.Form):
    newest = forms.IntegerField(
        min_value=0, max_value=MOST, required=False,
        error_messages={"invalid": LIMITS, "min_value": LIMITS, "max_value": LIMITS},
    )  # fmt: skip
    at_least = forms.IntegerField(
        min_value=0, max_value=MOST, required=False,
        error_messages={"invalid": LIMITS, "min_value": LIMITS, "max_value": LIMITS},
    )  # fmt: skip
    first_season = forms.NullBooleanField(required=False)

    def rule(self) -> Rule:
        return Rule(**self.cleaned_data)


@require_POST
def protect_item(request: Request, pk: int) -> HttpResponse:
    item = find(pk)
    _protect(request, [item], reverse("deletions:protect_item", args=[pk]))
    return _changed(request, item)


@require_POST
def protect_section(request: Request, pk: int) -> HttpResponse:
    section = get_object_or_404(LibrarySection.objects.select_related("server"), pk=pk)
    _protect(request, [section], reverse("deletions:protect_section", args=[pk]))
    return redirect("media:libraries")


@require_POST
def protect_viewer(request: Request, pk: int) -> HttpResponse:
    _protect(request, [get_object_or_404(PlexUser, pk=pk)], reverse("deletions:protect_viewer", args=[pk]))
    return redirect("accounts:user", pk)


@require_POST
def protect_many(request: Request) -> HttpResponse:
    """`item` again and again; with `remove` they are released. Without script it leads `back`."""
    chosen = Selection(request.POST)
    if chosen.is_valid():
        _protect(request, titles(chosen), reverse("deletions:protect_many"))
    else:
        _complain(request, chosen)
    if request.htmx and "at" in request.POST:
        return HttpResponseClientRefresh()  # all of a title's page may read otherwise now
    return answer(request, titles(chosen))


@require_POST
def keep_item(request: Request, pk: int) -> HttpResponse:
    item = find(pk)
    _keep(request, item)
    return _changed(request, item)


@require_POST
def keep_section(request: Request, pk: int) -> HttpResponse:
    _keep(request, get_object_or_404(LibrarySection.objects.select_related("server"), pk=pk))
    return redirect("media:libraries")


def _protect(request: Request, targets: list[Any], path: str) -> None:
    """What it did can be taken back."""
    now, remove = timezone.now(), "remove" in request.POST
    try:
        if remove:
            changed = protecting.unprotect(targets, now, by=request.user)
        else:
            changed = protecting.protect(targets, now, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return
    way_back = {"item": [target.pk for target in changed]} | ({} if remove else {"remove": "yes"})
    done(request, _words(changed, targets, remove=remove), undo=path if changed else "", **way_back)


def _words(changed: list[Target], targets: list[Target], *, remove: bool) -> str:
    if len(targets) == 1:
        words = _("%s is no longer protected.") if remove else _("%s is protected: never deleted.")
        return words % targets[0]
    if remove:
        many = ngettext(
            "%d title is no longer protected.", "%d titles are no longer protected.", len(changed)
        )
    else:
        many = ngettext("%d title is protected now.", "%d titles are protected now.", len(changed))
    return many % len(changed)


def _keep(request: Request, keeper: Keeper) -> None:
    form = RuleForm(request.POST)
    if not form.is_valid():
        _complain(request, form)
        return
    try:
        is_news = protecting.keep(keeper, form.rule(), timezone.now(), by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return
    messages.success(request, _("Written down for %s.") % keeper if is_news else _("Nothing was changed."))


def _changed(request: Request, item: MediaItem) -> HttpResponse:
    """The part of a title's page that says what keeps it; without script the whole page."""
    if request.htmx:
        context = {"item": item, "keeping": keeping_of(item), "swap": True}
        return render(request, "media/_protection.html", context)
    return redirect("media:item", item.pk)


def _complain(request: Request, form: forms.Form) -> None:
    for error in {str(error) for errors in form.errors.values() for error in errors}:
        messages.error(request, error)
