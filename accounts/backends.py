from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts.claiming import Applicant, admit
from accounts.models import User


class PlexBackend(ModelBackend):
    """Lets in the owner for whom plex.tv vouches; for anybody else it raises Refused in words to show."""

    def authenticate(  # type: ignore[override]
        self,
        request: HttpRequest | None,
        *,
        applicant: Applicant | None = None,
        invited: bool = False,
        **credentials: Any,
    ) -> User | None:
        return admit(applicant, invited=invited) if applicant else None
