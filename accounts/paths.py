"""Where to go after signing in: never out of this site."""

import re
from urllib.parse import urlsplit

from django.http import HttpRequest

# Printable ASCII without the backslash, which browsers read as a slash.
INSIDE = re.compile(r"/[\x21-\x5b\x5d-\x7e]*")
HOME = "/"


def safe_path(text: str | None) -> str:
    """The text if it is a path of this site, else the start page. Two slashes in a row could name a host."""
    text = text or ""
    inside = INSIDE.fullmatch(text) and "//" not in text and "#" not in text
    return text if inside else HOME


def way_back(request: HttpRequest) -> str:
    """The page somebody was on who has to sign in first."""
    htmx = getattr(request, "htmx", None)
    if htmx:
        parts = urlsplit(htmx.current_url or "")
        return safe_path(f"{parts.path}?{parts.query}" if parts.query else parts.path)
    return safe_path(request.get_full_path()) if request.method in ("GET", "HEAD") else HOME
