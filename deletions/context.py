"""What every page says about the policy and the product."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from deletions.models import Policy


def policy(request: HttpRequest) -> dict[str, Any]:
    """Read only by pages that show it."""
    return {"policy": SimpleLazyObject(Policy.load), "plaxe_version": settings.PLAXE_VERSION}
