"""What the owner alone can decide about a title: is it the one of before, do views of then count?"""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.errors import Refused
from accounts.models import PlexUser
from accounts.paths import safe_path
from accounts.requests import Request
from media import earlier, questions
from media.models import Question
from media.views import items

AT_ONCE = 200


@require_POST
def answer(request: Request, pk: int) -> HttpResponse:
    question = get_object_or_404(Question.objects.whole(), pk=pk)
    same = request.POST.get("same") == "yes"
    words = _("%s is the one of before.") if same else _("%s stays a title of its own.")
    try:
        questions.answer(question, timezone.now(), same=same, by=request.user)
        messages.success(request, words % question.new)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(safe_path(request.POST.get("back")))


@require_POST
def answer_all(request: Request) -> HttpResponse:
    """After a library was built anew: the same answer for many of those that only bear another date."""
    same, done = request.POST.get("same") == "yes", 0
    for question in Question.objects.open().whole().filter(why=Question.Why.DATED)[:AT_ONCE]:
        try:
            questions.answer(question, timezone.now(), same=same, by=request.user)
            done += 1
        except Refused as refusal:
            messages.error(request, str(refusal))
    messages.success(request, ngettext("%d question answered.", "%d questions answered.", done) % done)
    return redirect(safe_path(request.POST.get("back")))


@require_POST
def accept_earlier(request: Request, pk: int) -> HttpResponse:
    item = items.find(pk)
    viewer = get_object_or_404(PlexUser, pk=request.POST.get("viewer", ""))
    try:
        done = earlier.accept(item, viewer, timezone.now(), by=request.user)
        text = ngettext("%d earlier view counts now.", "%d earlier views count now.", done)
        messages.success(request, text % done)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("media:item", item.pk)
