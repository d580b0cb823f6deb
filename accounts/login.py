"""Sign in with Plex: a PIN that belongs to the browser session that began it, is used once, and expires.

The PIN and its token stay readable at plex.tv for the rest of its life, so nothing but the session may say
which PIN is ours, and it forgets the PIN before the token is used.
"""

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import auth
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from accounts.addresses import hurried
from accounts.claiming import Applicant, cloud, identify
from accounts.connecting import refresh_tokens
from accounts.errors import Refused
from accounts.models import Installation
from accounts.wording import sentence as _
from plexclient.cloud import auth_url
from plexclient.errors import NotFound

PIN = "plex_pin"
SETUP_CODE = "setup_code"
USUAL_LIFE = 900  # seconds, should Plex not say
EXPIRED = _("This sign-in has expired: Plex waits only for a while.")


class Over(Refused):
    """This sign-in cannot go on; a new one can."""


@dataclass(frozen=True)
class Attempt:
    """A sign-in that this browser has begun, as its session remembers it."""

    pin_id: int
    code: str
    state: str
    next: str
    expires_at: float


def begin(request: HttpRequest, next_path: str, now: datetime) -> Attempt:
    pin = cloud(timing=hurried()).create_pin()
    attempt = Attempt(
        pin_id=pin.id,
        code=pin.code,
        state=secrets.token_urlsafe(24),
        next=next_path,
        expires_at=now.timestamp() + (pin.expires_in or USUAL_LIFE),
    )
    request.session[PIN] = asdict(attempt)
    return attempt


def current(request: HttpRequest, now: datetime) -> Attempt:
    stored = request.session.get(PIN)
    if stored is None:
        raise Over(_("No sign-in has been begun in this browser, or it is over already."))
    attempt = Attempt(**stored)
    if attempt.expires_at <= now.timestamp():
        raise Over(EXPIRED)
    return attempt


def plex_page(request: HttpRequest, attempt: Attempt) -> str:
    """Where the person tells Plex that it is them; Plex then sends the browser back to us."""
    back = f"{reverse('accounts:return')}?state={attempt.state}"
    identity = Installation.load().identity()
    return auth_url(settings.PLAXE_PLEX_APP_URL, identity, attempt.code, _absolute(request, back))


def _absolute(request: HttpRequest, path: str) -> str:
    """The scheme is the one PLAXE_URL names, as a proxy that speaks TLS hides it from us."""
    address = request.build_absolute_uri(path)
    named = urlsplit(settings.PLAXE_URL)
    secure = named.scheme == "https" and named.netloc == request.get_host()
    return address.replace("http://", "https://", 1) if secure else address


def came_back(request: HttpRequest, now: datetime) -> bool:
    """Whether the return address carries the state of the sign-in that this browser began."""
    state = request.GET.get("state", "")
    return constant_time_compare(state.encode(), current(request, now).state.encode())


def token_of(request: HttpRequest, attempt: Attempt) -> str | None:
    """What Plex gave for the PIN; None while the person has not signed in there."""
    try:
        return cloud(timing=hurried()).pin(attempt.pin_id).auth_token
    except NotFound:
        raise Over(EXPIRED) from None


def finish(request: HttpRequest, now: datetime) -> Applicant | None:
    """Sign in, if Plex says by now who it is. Refused when that person may not."""
    attempt = current(request, now)
    token = token_of(request, attempt)
    if not token or not _take(request):
        return None
    applicant = identify(token, hurried())
    user = auth.authenticate(request, applicant=applicant, invited=is_invited(request))
    if user is None:
        words = _("Signing in with Plex is switched off: AUTHENTICATION_BACKENDS lacks PlexBackend.")
        raise Refused(words)
    auth.login(request, user)
    request.session.pop(SETUP_CODE, None)
    refresh_tokens(user, applicant.servers)
    return applicant


def _take(request: HttpRequest) -> bool:
    """Take the PIN out of the stored session; of two tabs that ask at once only one gets it."""
    row = Session.objects.filter(session_key=request.session.session_key).first()
    left = row.get_decoded() if row else {}
    if row is None or left.pop(PIN, None) is None:
        return False
    unchanged = Session.objects.filter(session_key=row.session_key, session_data=row.session_data)
    taken = unchanged.update(session_data=Session.objects.encode(left))
    if taken:
        del request.session[PIN]
    return bool(taken)


def invite(request: HttpRequest, code: str) -> bool:
    """Mark the session of whoever has the set-up code, as long as nobody has claimed the installation."""
    installation = Installation.load()
    if installation.is_claimed or not constant_time_compare(code.encode(), installation.setup_code.encode()):
        return False
    request.session.cycle_key()
    request.session[SETUP_CODE] = code
    return True


def is_invited(request: HttpRequest) -> bool:
    code: str = request.session.get(SETUP_CODE, "")
    return constant_time_compare(code.encode(), Installation.load().setup_code.encode())
