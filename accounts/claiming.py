"""Who may be the admin: the owner of a Plex server, one person, for ever."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.errors import Refused
from accounts.models import Installation, User
from accounts.wording import sentence as _
from plexclient.cloud import PlexCloud
from plexclient.http import Timing
from plexclient.types import Account, Resource


@dataclass(frozen=True)
class Applicant:
    """Somebody for whom plex.tv vouches, with the servers that are theirs."""

    account: Account
    servers: list[Resource]
    token: str = field(repr=False)

    def with_only(self, machine_identifier: str) -> "Applicant":
        chosen = [one for one in self.servers if one.client_identifier == machine_identifier]
        if not chosen:
            raise Refused(
                _(
                    "%(who)s owns no server with the identifier %(identifier)s.",
                    who=self.account.name,
                    identifier=machine_identifier,
                )
            )
        return replace(self, servers=chosen)


def cloud(token: str | None = None, timing: Timing | None = None) -> PlexCloud:
    identity = Installation.load().identity()
    return PlexCloud(settings.PLAXE_PLEX_TV_URL, identity, token, timing=timing or settings.PLAXE_PLEX_TIMING)


def identify(token: str, timing: Timing | None = None) -> Applicant:
    plex = cloud(token, timing)
    account = plex.user()
    return Applicant(account, owned_servers(plex.resources()), token)


def owned_servers(resources: Iterable[Resource]) -> list[Resource]:
    return [resource for resource in resources if resource.is_owned_server]


def check(applicant: Applicant, *, invited: bool) -> None:
    """Refuse whoever may not be the admin. `invited`: came by the set-up code or from the command line."""
    owner = Installation.load().owner
    if owner is None:
        _check_claim(applicant, invited=invited)
    elif owner.plex_id != applicant.account.id:
        words = _(
            "This Plaxe belongs to somebody else. Only the owner of the Plex server can sign in; "
            "nothing about you was kept."
        )
        raise Refused(words)
    elif not owner.is_active:
        raise Refused(_("This account has been switched off in Plaxe."))


def _check_claim(applicant: Applicant, *, invited: bool) -> None:
    if settings.PLAXE_OWNER and not is_named(applicant.account):
        raise Refused(_("This Plaxe is kept for the person that PLAXE_OWNER names, who is somebody else."))
    if not invited and not settings.PLAXE_OWNER:
        raise Refused(
            _("Nobody has claimed this Plaxe yet. Open the address that it printed when it started.")
        )
    if not applicant.servers:
        words = _(
            "%(who)s owns no Plex server. Only the owner of a server can be the admin here; nothing about you"
            " was kept.",
            who=applicant.account.name or _("This account"),
        )
        raise Refused(words)


def is_named(account: Account) -> bool:
    """Whether PLAXE_OWNER means this person: by id, or by the user name, which is unique at Plex.

    Digits are always an id, and only ASCII is compared without regard to case: nobody may come to the name of
    another by calling himself so.
    """
    wanted: str = settings.PLAXE_OWNER
    if wanted.isdecimal():
        return wanted == str(account.id)
    if wanted.isascii() and account.username.isascii():
        return wanted.lower() == account.username.lower()
    return wanted == account.username


def admit(applicant: Applicant, *, invited: bool) -> User:
    """The owner's row, up to date. Claims an installation that nobody has."""
    check(applicant, invited=invited)
    with transaction.atomic():
        user = _store(applicant)
        Installation.load().claim(user)
        if Installation.load().owner != user:
            raise Refused(_("Somebody else was quicker: this Plaxe has just been claimed."))
    return user


def _store(applicant: Applicant) -> User:
    account = applicant.account
    known = {
        "username": free_username(account),
        "email": account.email[:254],
        "thumb": account.thumb[:500],
        "plex_token": applicant.token,
        "is_staff": True,
        "is_superuser": True,
    }
    first = {**known, "password": make_password(None)}
    return User.objects.update_or_create(plex_id=account.id, defaults=known, create_defaults=first)[0]


def free_username(account: Account) -> str:
    """As at plex.tv, unless an account with a password has that name here."""
    name = account.username[:120] or f"plex-{account.id}"
    taken = User.objects.filter(username=name).exclude(plex_id=account.id).exists()
    return f"{name}-{account.id}" if taken else name
