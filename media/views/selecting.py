"""What is done with many titles at once: those that are ticked, or all that were shown."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.paths import safe_path
from accounts.requests import Request
from media.models import MediaItem
from media.views.assigning import VERBS, People, change, changed, complain
from media.views.items import find
from media.views.shelf import cards


def _titles() -> "forms.ModelMultipleChoiceField[MediaItem]":
    items = MediaItem.objects.select_related("server", "section", "show", "parent")
    return forms.ModelMultipleChoiceField(items, required=False)


class Selection(forms.Form):
    item, shown = _titles(), _titles()
    all = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        items = self.cleaned_data.get("shown" if self.cleaned_data.get("all") else "item")
        if not items:
            raise forms.ValidationError(_("Choose at least one title."))
        return {"items": items}


@require_POST
def assign_many(request: Request) -> HttpResponse:
    selection, people = Selection(request.POST), People(request.POST)
    verb = request.POST.get("verb", "")
    if selection.is_valid() and people.is_valid():
        change(request, verb if verb in VERBS else "assign", titles(selection), people.cleaned_data)
    else:
        complain(request, selection)
        complain(request, people)
    return answer(request, titles(selection))


def titles(selection: Selection) -> list[MediaItem]:
    return list(selection.cleaned_data.get("items", []))


def answer(request: Request, items: list[MediaItem]) -> HttpResponse:
    """The titles as they are now: on the shelf, or on the page of the show they are of."""
    if not request.htmx:
        return redirect(safe_path(request.POST.get("back")))
    if request.POST.get("at", "").isdecimal():
        return changed(request, find(int(request.POST["at"])))
    shown = {"cards": cards(items), "is_table": request.POST.get("view") == "table", "swap": True}
    return render(request, "media/_page.html", shown)
