"""Choose the servers that Plaxe looks after, and how each is reached."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.addresses import Probe, addresses_of, hurried, probes
from accounts.claiming import cloud, owned_servers
from accounts.connecting import NoWay, take_server
from accounts.errors import Refused
from accounts.models import PlexServer, User
from accounts.paths import safe_path
from accounts.requests import Request
from accounts.signals import server_taken
from accounts.tasks import hint, sync_viewers
from accounts.wording import say, told
from plexclient.errors import PlexError
from plexclient.types import Resource


def take_first(
    request: HttpRequest, resources: list[Resource], next_path: str, now: datetime
) -> HttpResponse:
    """After a sign-in: an only server is taken at once, several are a choice, known ones are enough."""
    user = request.user
    choice = f"{reverse('accounts:servers')}?{urlencode({'next': next_path})}"
    if not isinstance(user, User) or user.servers.exists():
        return redirect(next_path)
    if len(resources) != 1:
        return redirect(choice)
    try:
        _take(user, resources[0], None, now)
    except (Refused, PlexError) as problem:
        messages.error(request, say(told(problem)))
        return redirect(choice)
    return redirect(next_path)


def _take(user: User, resource: Resource, url: str | None, now: datetime) -> PlexServer:
    server = take_server(user, resource, url=url, now=now)
    hint(sync_viewers, server.pk)
    server_taken.send(PlexServer, server=server)
    return server


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: Request) -> HttpResponse:
    try:
        resources = owned_servers(cloud(request.user.plex_token, hurried()).resources())
    except (PlexError, Refused) as problem:
        return _page(request, [], words=say(told(problem)), status=503)
    if request.method == "POST":
        return _connect(request, resources)
    if wanted := request.GET.get("check"):
        return _checked(request, resources, _pick(resources, wanted))
    return _page(request, resources)


def _pick(resources: list[Resource], machine_identifier: str) -> Resource:
    for resource in resources:
        if resource.client_identifier == machine_identifier:
            return resource
    raise Http404


def _connect(request: Request, resources: list[Resource]) -> HttpResponse:
    resource = _pick(resources, request.POST.get("server", ""))
    try:
        server = _take(request.user, resource, request.POST.get("url", "").strip() or None, timezone.now())
    except NoWay as refusal:
        return _page(request, resources, resource, refusal.tried, words=str(refusal), status=422)
    except (Refused, PlexError) as problem:
        return _page(request, resources, resource, words=say(told(problem)), status=422)
    words = _("%(server)s is connected. Its viewers and libraries are being read.")
    messages.success(request, words % {"server": server})
    return redirect(safe_path(request.POST.get("next")))


def _checked(request: Request, resources: list[Resource], resource: Resource) -> HttpResponse:
    """Which addresses lead to the server: a part of the page, or the page with this part."""
    tried = list(probes(addresses_of(resource), resource.client_identifier))
    if request.htmx:
        return render(request, "accounts/_probes.html", {"probes": tried})
    return _page(request, resources, resource, tried)


def _page(
    request: Request,
    resources: list[Resource],
    tried_on: Resource | None = None,
    tried: list[Probe] | None = None,
    *,
    words: str = "",
    status: int = 200,
) -> HttpResponse:
    known = {server.machine_identifier: server for server in PlexServer.objects.all()}
    rows = [(resource, known.pop(resource.client_identifier, None)) for resource in resources]
    page = {
        "rows": rows,
        "others": known.values(),
        "tried_on": tried_on,
        "probes": tried,
        "typed": request.POST.get("url", ""),
        "words": words,
        "next": safe_path((request.POST or request.GET).get("next")),
    }
    return render(request, "accounts/servers.html", page, status=status)
